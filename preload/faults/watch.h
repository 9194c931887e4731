/*
 * faults/watch.h - which handler receives SIGSEGV and SIGBUS: ours if the program has none; if
 * it has one, ours comes first.
 *
 * sigaction() and its relatives show the program what it has set. A handler that the program
 * sets past libc (by its own system call, as Go does) stays as it is.
 */
#ifndef OUTLIVE_PRELOAD_FAULTS_WATCH_H
#define OUTLIVE_PRELOAD_FAULTS_WATCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

typedef void fault_handler(int signal, siginfo_t *info, void *context);

struct fault_handlers {
	fault_handler *last; /* in place of the default action */
	/* Once, before a handler without SA_ONSTACK, which cannot run when the stack is full. */
	fault_handler *first;
	fault_handler *pass; /* before every other call of the program's handler */
};

/* Install the handlers where they belong. Call once. `handlers` must stay valid. */
void fault_watch_begin(const struct fault_handlers *handlers);

/* Put the program's own handlers back, for good. */
void fault_watch_end(void);

/* The handler that the program has set; SIG_DFL or SIG_IGN: none. */
uintptr_t fault_watch_program(int signal);

/* That handler is in a module that Go built. */
bool fault_watch_is_in_go(int signal);

/* `first` has been called: from now on it is `pass`. */
void fault_watch_step_aside(int signal);

/* The program's handler is called now: a handler for one call only is gone. */
void fault_watch_called(int signal);

/*
 * A change that the program makes, from before libc's function is called until after it
 * returns. Async-signal-safe; errno is kept.
 */
struct fault_change {
	struct watched *watched; /* NULL: this signal is not followed */
	uintptr_t handler;       /* the program's action before the change */
	uintptr_t restorer, mask;
	int flags;
	bool is_followed;
};

void fault_change_begin(struct fault_change *change, int signal);

/* Replace what libc returned as the old action by what the program had set. */
void fault_change_show(const struct fault_change *change, struct sigaction *old);
void (*fault_change_shown(const struct fault_change *change,
                          void (*handler)(int)))(int);

/* `is_made`: the call changed something and did not fail. */
void fault_change_end(const struct fault_change *change, bool is_made);

#endif
