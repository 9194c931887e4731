/* fault_watch.c - when our handler stands, and when it goes. Layer 4. */
#include "fault_watch.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>

#include "guard.h"
#include "ring_file.h"
#include "signal_stack.h"
#include "system.h"

static const int watched[] = { SIGSEGV, SIGBUS };
#define WATCHED (sizeof(watched) / sizeof(watched[0]))

static struct signal_functions functions;
static _Atomic bool functions_found;
static fault_handler *our_handler; /* NULL: the watch has not begun */

/*
 * Found at our start, and before it by whoever comes first: dlsym() is no help in a forked
 * child.
 */
const struct signal_functions *signal_functions_find(void)
{
	struct signal_functions found = { 0 };
	int saved_errno = errno;

	if (atomic_load_explicit(&functions_found, memory_order_acquire))
		return &functions;
	*(void **)&found.sigaction = dlsym(RTLD_NEXT, "sigaction");
	*(void **)&found.signal = dlsym(RTLD_NEXT, "signal");
	*(void **)&found.sysv_signal = dlsym(RTLD_NEXT, "sysv_signal");
	*(void **)&found.sigset = dlsym(RTLD_NEXT, "sigset");
	*(void **)&found.sigaltstack = dlsym(RTLD_NEXT, "sigaltstack");
	functions = found; /* whoever is at it as well writes the same */
	atomic_store_explicit(&functions_found, true, memory_order_release);
	errno = saved_errno;
	return &functions;
}

bool fault_watch_is(const struct sigaction *action)
{
	return our_handler && action->sa_flags & SA_SIGINFO &&
	       action->sa_sigaction == our_handler;
}

void fault_watch_begin(fault_handler *handler)
{
	const struct signal_functions *real = signal_functions_find();
	struct sigaction ours = { .sa_sigaction = handler,
		                      .sa_flags = SA_SIGINFO | SA_ONSTACK };
	struct sigaction old;

	if (!real->sigaction || !real->sigaltstack || our_handler)
		return;
	our_handler = handler;
	/* No other handler is to jump out of it; a fault in it ends the process at once. */
	sigfillset(&ours.sa_mask);
	for (size_t i = 0; i < WATCHED; i++) {
		if (real->sigaction(watched[i], NULL, &old) != 0 || old.sa_handler != SIG_DFL ||
		    old.sa_flags & SA_SIGINFO || real->sigaction(watched[i], &ours, NULL) != 0)
			continue;
		if (watched[i] == SIGSEGV)
			signal_stack_is_wanted = true;
	}
}

void fault_watch_replaced(int signal)
{
	/* The child of a vfork() has handlers of its own, but this memory. */
	if (signal != SIGSEGV || !signal_stack_is_wanted || !ring.header ||
	    ring.header->pid != system_pid())
		return;
	signal_stack_is_wanted = false;
}
