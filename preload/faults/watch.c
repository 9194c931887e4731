/*
 * faults/watch.c - which of our handlers is installed, and which action of the program it
 * replaces.
 */
#include "faults/watch.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/auxv.h>

#include "modules/cfi.h"
#include "modules/dynamic_symbols.h"
#include "modules/real.h"
#include "ring/ring.h"
#include "stack/signal_stack.h"
#include "system/system.h"

#define KERNEL_MASK_BYTES 8
#define SPINS_MAX 10000

/* struct sigaction as the kernel has it. All zeros: the default action. */
struct kernel_action {
	uintptr_t handler, flags, restorer, mask;
};

/*
 * The program's own action: it is in force, or one of our handlers is installed in its place.
 */
struct watched {
	int signal;
	bool is_in_go; /* its handler is in a module that Go built */
	struct kernel_action program;
};

static struct watched watched[] = { { .signal = SIGSEGV }, { .signal = SIGBUS } };
#define WATCHED (sizeof(watched) / sizeof(watched[0]))

static const struct fault_handlers *ours; /* NULL: the watch has not begun */
static _Atomic bool is_changing;
static bool program_is_go; /* its threads make their own signal stacks */

static long kernel_action(int signal, const struct kernel_action *action,
                          struct kernel_action *old)
{
	return system_call(SYS_rt_sigaction, signal, (long)action, (long)old,
	                   KERNEL_MASK_BYTES, 0, 0);
}

static struct watched *watched_of(int signal)
{
	for (size_t i = 0; i < WATCHED; i++) {
		if (watched[i].signal == signal)
			return &watched[i];
	}
	return NULL;
}

static bool is_ours(uintptr_t handler)
{
	return ours &&
	       (handler == (uintptr_t)ours->last || handler == (uintptr_t)ours->first ||
	        handler == (uintptr_t)ours->pass);
}

/* The child of a vfork() has its own handlers, but this memory. */
static bool is_own_memory(void)
{
	return recorder.pid && recorder.pid == system_pid();
}

/* ---- ours instead of the program's ------------------------------------------------- */

/*
 * Set it through libc, which knows how to return from a handler. No other handler may jump out
 * of it; a fault in it ends the process at once. A system call that it interrupts restarts or
 * fails as after the program's handler.
 */
static void handler_put(const struct watched *of, fault_handler *handler)
{
	struct sigaction action = { .sa_sigaction = handler,
		                        .sa_flags = SA_SIGINFO | SA_ONSTACK };
	int saved_errno = errno;

	action.sa_flags |= (int)(of->program.flags & SA_RESTART);
	sigfillset(&action.sa_mask);
	real.sigaction(of->signal, &action, NULL);
	errno = saved_errno;
}

/*
 * Except for the handler, it is the program's action: mask, stack, and flags. (The kernel
 * passes details only if SA_SIGINFO is set; a program that did not set it sees no difference.)
 */
static void pass_put(const struct watched *of)
{
	struct kernel_action action = of->program;

	action.handler = (uintptr_t)ours->pass;
	action.flags |= SA_SIGINFO;
	kernel_action(of->signal, &action, NULL);
}

/*
 * Go asks the kernel for a thread's signal stack, past libc, and takes what it finds for its
 * own: without our stack it would have made one. Each of Go's threads has one, whoever set the
 * handler.
 */
static bool is_in_go(uintptr_t address)
{
	struct dynamic_symbols dynamic;
	struct cfi_module module;

	return cfi_module_find(address, &module) && module.link_map &&
	       dynamic_symbols_read(module.link_map, &dynamic) &&
	       dynamic_symbols_find(&dynamic, "_cgo_topofstack");
}

/* The installed handler is the program's, or it is ours and stays. */
static void follow(struct watched *of)
{
	struct kernel_action now = { 0 };
	bool wants_stack = false;

	if (kernel_action(of->signal, NULL, &now) < 0 || is_ours(now.handler))
		return;
	of->program = now;
	of->is_in_go = now.handler > (uintptr_t)SIG_IGN && is_in_go(now.handler);
	/* A sent signal is ignored, and a fault kills: no handler does both. */
	if (now.handler == (uintptr_t)SIG_IGN) {
	} else if (now.handler == (uintptr_t)SIG_DFL) {
		handler_put(of, ours->last);
		wants_stack = true;
	} else if (now.flags & SA_ONSTACK) {
		pass_put(of);
	} else {
		handler_put(of, ours->first);
		wants_stack = true;
	}
	/*
	 * A thread that has one of our stacks keeps it: a runtime may have found it and rely on
	 * it (Go's does, by its own system call, before it sets its handlers).
	 */
	if (of->signal == SIGSEGV)
		recorder.wants_signal_stacks = wants_stack && !program_is_go;
}

void fault_watch_begin(const struct fault_handlers *handlers)
{
	if (ours)
		return;
	ours = handlers;
	program_is_go = is_in_go(getauxval(AT_ENTRY));
	for (size_t i = 0; i < WATCHED; i++)
		follow(&watched[i]);
}

void fault_watch_end(void)
{
	struct kernel_action now = { 0 }, action;

	if (!ours || !is_own_memory())
		return;
	for (size_t i = 0; i < WATCHED; i++) {
		if (kernel_action(watched[i].signal, NULL, &now) < 0 || !is_ours(now.handler))
			continue;
		action = watched[i].program;
		if (now.handler != (uintptr_t)ours->last) /* siginterrupt() */
			action.flags = (action.flags & ~(uintptr_t)SA_RESTART) |
			               (now.flags & SA_RESTART);
		kernel_action(watched[i].signal, &action, NULL);
	}
	ours = NULL;
}

uintptr_t fault_watch_program(int signal)
{
	const struct watched *of = watched_of(signal);

	return of ? of->program.handler : (uintptr_t)SIG_DFL;
}

bool fault_watch_is_in_go(int signal)
{
	const struct watched *of = watched_of(signal);

	return of && of->is_in_go;
}

void fault_watch_step_aside(int signal)
{
	struct watched *of = watched_of(signal);
	struct kernel_action now = { 0 };

	struct watched asked;

	/* Another thread may have set something else meanwhile. */
	if (!of || kernel_action(signal, NULL, &now) < 0 ||
	    now.handler != (uintptr_t)ours->first)
		return;
	asked = *of;
	asked.program.flags = (of->program.flags & ~(uintptr_t)SA_RESTART) |
	                      (now.flags & SA_RESTART); /* siginterrupt() */
	pass_put(&asked);
}

void fault_watch_called(int signal)
{
	struct watched *of = watched_of(signal);
	uintptr_t info = of ? of->program.flags & SA_SIGINFO : 0;

	if (!of || !(of->program.flags & SA_RESETHAND) || !is_own_memory())
		return;
	follow(of);
	if (!info)
		of->program.flags &= ~(uintptr_t)SA_SIGINFO;
}

/* ---- changes ---------------------------------------------------------------------- */

/*
 * One change at a time. False: the lock is not available, and the program's own action stays.
 */
static bool changes_enter(void)
{
	for (int spins = 0; spins < SPINS_MAX; spins++) {
		bool expected = false;

		if (atomic_compare_exchange_weak(&is_changing, &expected, true))
			return true;
		arch_pause();
	}
	return false;
}

void fault_change_begin(struct fault_change *change, int signal)
{
	struct watched *of = watched_of(signal);

	*change = (struct fault_change){ .watched = ours ? of : NULL };
	if (!change->watched)
		return;
	change->is_followed = is_own_memory() && changes_enter();
	change->handler = of->program.handler;
	change->restorer = of->program.restorer;
	change->mask = of->program.mask;
	change->flags = (int)of->program.flags;
}

void fault_change_show(const struct fault_change *change, struct sigaction *old)
{
	uintptr_t handler = (uintptr_t)old->sa_handler;

	if (!change->watched || !is_ours(handler))
		return;
	memcpy(&old->sa_handler, &change->handler, sizeof(change->handler));
	/* siginterrupt() may have changed a flag. */
	if (handler == (uintptr_t)ours->pass) {
		old->sa_flags &= change->flags | ~SA_SIGINFO;
		return;
	}
	old->sa_flags = (change->flags & ~SA_RESTART) | (old->sa_flags & SA_RESTART);
	memcpy(&old->sa_restorer, &change->restorer, sizeof(change->restorer));
	memcpy(&old->sa_mask, &change->mask, KERNEL_MASK_BYTES); /* libc no longer writes */
}

void (*fault_change_shown(const struct fault_change *change, void (*handler)(int)))(int)
{
	struct sigaction old = { .sa_handler = handler };

	if (handler != SIG_ERR)
		fault_change_show(change, &old);
	return old.sa_handler;
}

void fault_change_end(const struct fault_change *change, bool is_made)
{
	if (!change->is_followed)
		return;
	if (is_made)
		follow(change->watched);
	atomic_store_explicit(&is_changing, false, memory_order_release);
}
