/* record/bus_guard.c - turns a SIGBUS in mapped memory into a return value. */
#include "record/bus_guard.h"

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

static __thread sigjmp_buf way_out;
static __thread volatile sig_atomic_t is_guarded;

static void fault_handle(int signal)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };

	if (is_guarded)
		siglongjmp(way_out, 1);
	sigaction(signal, &standard,
	          NULL); /* our own bug: the process dies when this returns */
}

int fault_guard_run(void (*body)(void *context), void *context)
{
	/* SA_NODEFER: the handler leaves by a jump, so the signal must not stay blocked */
	struct sigaction action = { .sa_handler = fault_handle, .sa_flags = SA_NODEFER };
	int result = 0;

	/*
	 * Set it each time: that is cheap compared with `body`, and nothing else can have
	 * replaced it.
	 */
	sigaction(SIGBUS, &action, NULL);
	is_guarded = 1;
	if (sigsetjmp(way_out, 0) == 0)
		body(context);
	else
		result = -1;
	is_guarded = 0;
	return result;
}
