/* record/bus_guard.c - a SIGBUS in mapped memory becomes a return value. */
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
	sigaction(signal, &standard, NULL); /* a bug of ours: die of it on return */
}

int fault_guard_run(void (*body)(void *context), void *context)
{
	/* not blocked inside the handler, which leaves by a jump */
	struct sigaction action = { .sa_handler = fault_handle, .sa_flags = SA_NODEFER };
	int result = 0;

	/* each time: cheap beside what is done in here, and nobody can have undone it */
	sigaction(SIGBUS, &action, NULL);
	is_guarded = 1;
	if (sigsetjmp(way_out, 0) == 0)
		body(context);
	else
		result = -1;
	is_guarded = 0;
	return result;
}
