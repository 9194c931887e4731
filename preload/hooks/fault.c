/*
 * hooks/fault.c - our handlers, and the exported names that would show them to the program:
 * they answer what they would without us.
 */
#include <errno.h>
#include <signal.h>

#include "hooks/hook.h"
#include "fault_entry.h"
#include "faults/note.h"
#include "self/fault_passed.h"
#include "faults/watch.h"
#include "event/lifecycle.h"
#include "stack/signal_stack.h"
#include "system/system.h"
#include "stack/thread_state.h"

/* No handler of ours is in the way of what happens next. */
static void default_put(int signal)
{
	static const uint64_t none[4]; /* struct sigaction, as the kernel has it */

	arch_syscall(SYS_rt_sigaction, signal, (long)none, 0, sizeof(none[0]), 0, 0);
}

/*
 * The instruction runs again, after this; or the signal comes again, if somebody sent it: a
 * process, or the kernel, which tells of bad memory that nobody has accessed yet.
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
 * A note, and then what would have happened. If the program's own handler has put this one
 * back, what that was called for is what it dies of.
 */
static void on_last(int signal, siginfo_t *info, void *context)
{
	fault_note(info, context);
	default_put(signal);
	come_again(signal, info);
}

/* On a full stack the program's handler will not run: the kernel ends the process. */
static void on_first(int signal, siginfo_t *info, void *context)
{
	if (fault_is_overflow(info, context))
		fault_note(info, context);
	fault_watch_step_aside(signal);
	come_again(signal, info);
}

/*
 * A thread that overflowed on the signal stack of ours, and has none of the program's, would
 * have died without a handler. (Go would have made one if it had not found ours.)
 */
static bool would_not_run(const siginfo_t *info, const void *context)
{
	stack_t stack;

	if (fault_watch_is_in_go(info->si_signo) || !fault_is_near_stack(info, context))
		return false;
	signal_stack_look(&stack);
	return signal_stack_has_mark(&stack) && fault_is_overflow(info, context);
}

uintptr_t fault_pass(int signal, const siginfo_t *info, const void *context)
{
	uintptr_t handler = fault_watch_program(signal);

	if (handler == (uintptr_t)SIG_DFL || handler == (uintptr_t)SIG_IGN ||
	    would_not_run(info, context))
		return (uintptr_t)on_last;
	fault_passed_note(info, context, !lifecycle_is_forked());
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
	state = thread_state_get();
	if (state)
		signal_stack_put(&state->signal_stack);
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

int hook_sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	return action_set(signal, action, old);
}
EXPORT(sigaction);

int hook___sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	return action_set(signal, action, old);
}
EXPORT(__sigaction);

/* What signal() and its kin return; SIG_HOLD (sigset) leaves the handler in place. */
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

plain_handler *hook_signal(int number, plain_handler *handler)
{
	return handler_set(&real.signal, number, handler);
}
EXPORT(signal);

/* libc's are one function by three names. */
plain_handler *hook_bsd_signal(int number, plain_handler *handler)
{
	return handler_set(&real.signal, number, handler);
}
EXPORT(bsd_signal);

plain_handler *hook_ssignal(int number, plain_handler *handler)
{
	return handler_set(&real.signal, number, handler);
}
EXPORT(ssignal);

plain_handler *hook_sysv_signal(int number, plain_handler *handler)
{
	return handler_set(&real.sysv_signal, number, handler);
}
EXPORT(sysv_signal);

plain_handler *hook___sysv_signal(int number, plain_handler *handler)
{
	return handler_set(&real.sysv_signal, number, handler);
}
EXPORT(__sysv_signal);

plain_handler *hook_sigset(int number, plain_handler *handler)
{
	return handler_set(&real.sigset, number, handler);
}
EXPORT(sigset);

/* ---- signal stacks -------------------------------------------------------------- */

int hook_sigaltstack(const stack_t *new_stack, stack_t *old_stack)
{
	const struct thread_state *state = guard.state;
	int result;

	real_resolve();
	result = real.sigaltstack(new_stack, old_stack);
	if (result == 0 && old_stack && state &&
	    signal_stack_is_ours(old_stack, state->signal_stack))
		*old_stack = (stack_t){ .ss_flags = SS_DISABLE };
	return result;
}
EXPORT(sigaltstack);
