/*
 * hooks/fault.c - the recorder's signal handlers, and the hooks that hide them from the
 * program: they return what they would return without the recorder.
 */
#include <errno.h>
#include <signal.h>

#include "hooks/hook.h"
#include "fault_entry.h"
#include "faults/go_end.h"
#include "faults/record.h"
#include "go/runtime.h"
#include "self/fault_passed.h"
#include "faults/watch.h"
#include "event/lifecycle.h"
#include "ring/ring.h"
#include "stack/signal_stack.h"
#include "system/system.h"
#include "stack/thread_state.h"

/* Restore the default action, so that the signal ends the process when it comes again. */
static void default_put(int signal)
{
	static const uint64_t none[4]; /* the kernel's struct sigaction */

	arch_syscall(SYS_rt_sigaction, signal, (long)none, 0, sizeof(none[0]), 0, 0);
}

/*
 * Let the signal come again after the handler returns. A fault does so by itself, since its
 * instruction runs again. A signal that was sent is sent again: by a process, or by the kernel,
 * which reports bad memory that nothing has accessed yet.
 */
static void come_again(int signal, const siginfo_t *info)
{
	bool is_sent = info->si_code <= 0 ||
	               (signal == SIGBUS && info->si_code == BUS_MCEERR_AO);

	if (is_sent && arch_syscall(SYS_rt_tgsigqueueinfo, system_pid(), system_tid(),
	                            signal, (long)info, 0, 0) < 0)
		arch_syscall(SYS_tgkill, system_pid(), system_tid(), signal, 0, 0, 0);
}

/*
 * Whether the recorder itself has faulted, because the file of its ring was truncated. Then it
 * records no more, and its instruction runs again.
 */
static bool is_recorders(const siginfo_t *info)
{
	if (info->si_signo != SIGBUS || info->si_code <= 0 ||
	    !ring_patch((uintptr_t)info->si_addr))
		return false;
	lifecycle_stop();
	return true;
}

static void on_recorders(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
}

/*
 * Record the fault, then let the default action end the process. If the program's own handler
 * has restored this one, the fault which that handler was called for is the cause of death.
 */
static void on_last(int signal, siginfo_t *info, void *context)
{
	if (is_recorders(info))
		return;
	fault_record(info, context);
	default_put(signal);
	come_again(signal, info);
}

/*
 * Called once, before a handler of the program's that has no signal stack. If the stack has
 * overflowed, that handler cannot run and the kernel ends the process: record the fault now.
 */
static void on_first(int signal, siginfo_t *info, void *context)
{
	if (is_recorders(info))
		return;
	if (fault_is_overflow(info, context))
		fault_record(info, context);
	fault_watch_step_aside(signal);
	come_again(signal, info);
}

/*
 * Whether the program's handler would not have run without the recorder: the thread's only
 * signal stack is the recorder's, and its own stack has overflowed. (Go would have made a
 * signal stack if it had not found ours.)
 */
static bool would_not_run(const siginfo_t *info, const void *context)
{
	stack_t stack;

	if (fault_watch_is_in_go(info->si_signo) || !fault_is_near_stack(info, context))
		return false;
	signal_stack_check(&stack);
	return signal_stack_has_header(&stack) && fault_is_overflow(info, context);
}

uintptr_t fault_pass(int signal, const siginfo_t *info, const void *context)
{
	uintptr_t handler = fault_watch_program(signal);

	if (is_recorders(info))
		return (uintptr_t)on_recorders;
	if (handler == (uintptr_t)SIG_DFL || handler == (uintptr_t)SIG_IGN ||
	    would_not_run(info, context))
		return (uintptr_t)on_last;
	fault_passed_add(info, context, !lifecycle_is_forked());
	fault_watch_called(signal);
	return handler;
}

static __attribute__((constructor)) void faults_begin(void)
{
	static const struct fault_handlers handlers = { on_last, on_first,
		                                            arch_fault_entry };
	struct walk_start here = { .slot = (uintptr_t)__builtin_frame_address(0) };
	struct thread_state *state;

	if (!recorder.is_recording && lifecycle_enter_cold(&here))
		guard_leave();
	if (!recorder.is_recording || !lifecycle_enter(&here))
		return;
	fault_watch_begin(&handlers);
	lifecycle_call_at_go_end(go_end_record);
	state = thread_state_get();
	if (state)
		signal_stack_put(&state->stacks.signal);
	guard_leave();
}

/* ---- handlers ------------------------------------------------------------------- */

static int action_set(int signal, const struct sigaction *action, struct sigaction *old)
{
	bool is_question = !action;
	struct fault_change change;
	int result;

	real_resolve();
	fault_change_begin(&change, signal);
	result = real.sigaction(signal, action, old);
	if (result == 0 && old)
		fault_change_show(&change, old);
	fault_change_end(&change, result == 0 && !is_question);
	return result;
}

/*
 * Go's runtime, asked to leave a core (GOTRACEBACK=crash), ends the program by SIGABRT: it restores
 * the default action for that first, in its handler of the fault.
 */
static __attribute__((noinline)) void go_aborts(struct walk_start caller)
{
	if (recorder.is_recording && go_runtime_is_module(caller.return_address))
		fault_record_end(&caller, FAULT_END_ABORTED);
}

int hook_sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	if (unlikely(signal == SIGABRT && action && action->sa_handler == SIG_DFL))
		go_aborts(CALLER());
	return action_set(signal, action, old);
}
EXPORT(sigaction);

int hook___sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	return action_set(signal, action, old);
}
EXPORT(__sigaction);

/*
 * Set a handler by signal() or a function like it, and return the old one as the program set
 * it. With SIG_HOLD, sigset() leaves the handler as it is.
 */
static plain_handler *handler_set(plain_handler *(*const *set)(int, plain_handler *),
                                  int signal, plain_handler *handler)
{
	struct fault_change change;
	plain_handler *result;

	real_resolve();
	fault_change_begin(&change, signal);
	result = (*set)(signal, handler);
	fault_change_end(&change, result != SIG_ERR);
	return fault_change_shown(&change, result);
}

#define HANDLER_SETTER(name, set)                                  \
	plain_handler *hook_##name(int number, plain_handler *handler) \
	{                                                              \
		return handler_set(&real.set, number, handler);            \
	}                                                              \
	EXPORT(name)

/* In libc, signal, bsd_signal and ssignal are one function. */
HANDLER_SETTER(signal, signal);
HANDLER_SETTER(bsd_signal, signal);
HANDLER_SETTER(ssignal, signal);
HANDLER_SETTER(sysv_signal, sysv_signal);
HANDLER_SETTER(__sysv_signal, sysv_signal);
HANDLER_SETTER(sigset, sigset);

/* ---- signal stacks -------------------------------------------------------------- */

int hook_sigaltstack(const stack_t *new_stack, stack_t *old_stack)
{
	const struct thread_state *state = guard.state;
	int result;

	real_resolve();
	result = real.sigaltstack(new_stack, old_stack);
	if (result == 0 && old_stack && state &&
	    signal_stack_is_ours(old_stack, state->stacks.signal))
		*old_stack = (stack_t){ .ss_flags = SS_DISABLE };
	return result;
}
EXPORT(sigaltstack);
