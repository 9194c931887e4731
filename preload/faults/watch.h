/*
 * faults/watch.h - who is given a SIGSEGV or SIGBUS: where the program has no handler, one
 * of ours; where it has, one of ours comes before it.
 *
 * The program is shown what it has set. What it sets past libc (by a system call of its own,
 * as Go does) stands as it is.
 */
#ifndef OUTLIVE_PRELOAD_FAULTS_WATCH_H
#define OUTLIVE_PRELOAD_FAULTS_WATCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

typedef void fault_handler(int signal, siginfo_t *info, void *context);

struct fault_handlers {
	fault_handler *last; /* where the default action is */
	fault_handler
		*first; /* once, before a handler that no signal stack is for: such a one
	                         cannot run when the stack is full */
	fault_handler *pass; /* before every other call of the program's */
};

/* Put them where they belong. Once. `handlers` stay. */
void fault_watch_begin(const struct fault_handlers *handlers);

/* Put the program's own back, for good. */
void fault_watch_end(void);

/* The handler that the program has set; SIG_DFL or SIG_IGN: none. */
uintptr_t fault_watch_program(int signal);

/* That handler is of a module that Go built. */
bool fault_watch_is_in_go(int signal);

/* `first` has had its call: from now on it is `pass`. */
void fault_watch_step_aside(int signal);

/* The program's handler is called now: one that is good for one call only is gone. */
void fault_watch_called(int signal);

/*
 * A change that the program makes, from before libc's function is called until after. Async-
 * signal-safe; errno is kept.
 */
struct fault_change {
	struct watched *watched; /* NULL: not one to follow */
	uintptr_t handler;       /* the program's, as it was before, */
	uintptr_t restorer, mask;
	int flags;
	bool is_followed;
};

void fault_change_begin(struct fault_change *change, int signal);

/* What libc says stood there, as the program is to see it. */
void fault_change_show(const struct fault_change *change, struct sigaction *old);
void (*fault_change_shown(const struct fault_change *change,
                          void (*handler)(int)))(int);

/* `is_made`: it was no mere question, and did not fail. */
void fault_change_end(const struct fault_change *change, bool is_made);

#endif
