/*
 * fault_watch.h - our handler of SIGSEGV and SIGBUS, for as long as the program has none.
 * Layer 4.
 */
#ifndef OUTLIVE_FAULT_WATCH_H
#define OUTLIVE_FAULT_WATCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

typedef void fault_handler(int signal, siginfo_t *info, void *context);

/* libc's functions; NULL: it has none. Valid once signal_functions_find() was called. */
struct signal_functions {
	int (*sigaction)(int, const struct sigaction *, struct sigaction *);
	void (*(*signal)(int, void (*)(int)))(int);
	void (*(*sysv_signal)(int, void (*)(int)))(int);
	void (*(*sigset)(int, void (*)(int)))(int);
	int (*sigaltstack)(const stack_t *, stack_t *);
};

const struct signal_functions *signal_functions_find(void);

/*
 * Put `handler` where the default action is, and give the calling thread a signal stack.
 * Once.
 */
void fault_watch_begin(fault_handler *handler);

/* True if `action` says that our handler stands. */
bool fault_watch_is(const struct sigaction *action);

/*
 * The program has set a handler of its own for `signal`: of SIGSEGV, new threads have no
 * signal stack of ours from now on.
 */
void fault_watch_replaced(int signal);

#endif
