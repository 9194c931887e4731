/*
 * fault_hooks.c - our handler, and the exported names that would show it to the program:
 * they answer what they would without us. Layer 12.
 */
#include <errno.h>
#include <signal.h>

#include "fault_note.h"
#include "fault_watch.h"
#include "lifecycle.h"
#include "signal_stack.h"
#include "system.h"
#include "thread_state.h"

#define KERNEL_MASK_BYTES 8

typedef void plain_handler(int);

/* struct sigaction as the kernel has it. All zeros: the default action. */
struct kernel_action {
	uintptr_t handler, flags, restorer, mask;
};

/*
 * A note, and then what would have happened: the instruction runs again, without a handler;
 * or the signal comes again, if somebody sent it.
 */
static void on_fault(int signal, siginfo_t *info, void *context)
{
	static const struct kernel_action none;

	fault_note(signal, info, context);
	arch_syscall(SYS_rt_sigaction, signal, (long)&none, 0, KERNEL_MASK_BYTES, 0, 0);
	if (info->si_code <= 0)
		arch_syscall(SYS_rt_tgsigqueueinfo, system_pid(), system_tid(), signal,
		             (long)info, 0, 0);
}

static __attribute__((constructor)) void faults_begin(void)
{
	struct walk_start here = { .slot = (uintptr_t)__builtin_frame_address(0) };
	struct thread_state *state;

	if (!lifecycle_recording && lifecycle_enter_cold(&here))
		guard_leave();
	if (!lifecycle_recording || !lifecycle_enter(&here))
		return;
	fault_watch_begin(on_fault);
	state = thread_state_get();
	if (state)
		signal_stack_put(&state->signal_stack);
	guard_leave();
}

/* ---- handlers ------------------------------------------------------------------- */

/* What a program sees that has not set a handler: libc writes no more than this. */
static void action_conceal(struct sigaction *action)
{
	action->sa_handler = SIG_DFL;
	action->sa_flags = 0;
	action->sa_restorer = NULL;
	memset(&action->sa_mask, 0, KERNEL_MASK_BYTES);
}

/*
 * Threads that have a signal stack of ours keep it: a runtime may have found it and be
 * counting on it (Go's does, by a system call of its own, before it sets its handlers).
 */
static void handler_replaced(int signal)
{
	int saved_errno = errno;

	fault_watch_replaced(signal);
	errno = saved_errno;
}

static int action_set(int signal, const struct sigaction *action, struct sigaction *old)
{
	const struct signal_functions *real = signal_functions_find();
	int result;

	if (!real->sigaction) {
		errno = ENOSYS;
		return -1;
	}
	result = real->sigaction(signal, action, old);
	if (result == 0 && old && fault_watch_is(old))
		action_conceal(old);
	if (result == 0 && action)
		handler_replaced(signal);
	return result;
}

EXPORT int sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	return action_set(signal, action, old);
}

EXPORT int __sigaction(int signal, const struct sigaction *action,
                       struct sigaction *old)
{
	return action_set(signal, action, old);
}

/* What signal() and its kin return; SIG_HOLD (sigset) leaves the handler in place. */
static plain_handler *handler_set(plain_handler *(*real)(int, plain_handler *),
                                  int signal, plain_handler *handler)
{
	struct sigaction old = { .sa_handler = SIG_DFL };
	plain_handler *result;

	if (!real) {
		errno = ENOSYS;
		return SIG_ERR;
	}
	result = real(signal, handler);
	old.sa_handler = result;
	old.sa_flags = SA_SIGINFO;
	if (result == SIG_ERR)
		return result;
	if (handler != SIG_HOLD)
		handler_replaced(signal);
	return fault_watch_is(&old) ? SIG_DFL : result;
}

EXPORT plain_handler *signal(int number, plain_handler *handler)
{
	return handler_set(signal_functions_find()->signal, number, handler);
}

/* libc's are one function by three names. */
EXPORT plain_handler *bsd_signal(int number, plain_handler *handler)
{
	return handler_set(signal_functions_find()->signal, number, handler);
}

EXPORT plain_handler *ssignal(int number, plain_handler *handler)
{
	return handler_set(signal_functions_find()->signal, number, handler);
}

EXPORT plain_handler *sysv_signal(int number, plain_handler *handler)
{
	return handler_set(signal_functions_find()->sysv_signal, number, handler);
}

EXPORT plain_handler *__sysv_signal(int number, plain_handler *handler)
{
	return handler_set(signal_functions_find()->sysv_signal, number, handler);
}

EXPORT plain_handler *sigset(int number, plain_handler *handler)
{
	return handler_set(signal_functions_find()->sigset, number, handler);
}

/* ---- signal stacks -------------------------------------------------------------- */

EXPORT int sigaltstack(const stack_t *restrict new_stack, stack_t *restrict old_stack)
{
	const struct signal_functions *real = signal_functions_find();
	const struct thread_state *state = guard.state;
	int result;

	if (!real->sigaltstack) {
		errno = ENOSYS;
		return -1;
	}
	result = real->sigaltstack(new_stack, old_stack);
	if (result == 0 && old_stack && state &&
	    signal_stack_is_ours(old_stack, state->signal_stack))
		*old_stack = (stack_t){ .ss_flags = SS_DISABLE };
	return result;
}
