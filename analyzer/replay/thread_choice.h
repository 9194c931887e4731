/*
 * replay/thread_choice.h - some threads of a process, as a user names them.
 */
#ifndef OUTLIVE_REPLAY_THREAD_CHOICE_H
#define OUTLIVE_REPLAY_THREAD_CHOICE_H

#include "base/error.h"
#include "replay/thread_stack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What begins the name of all goroutines with one start function. */
#define GOROUTINES_OF "goroutines of "

/* Zeroed: none. Either threads, with all goroutines that they run, or goroutines. */
struct thread_choice {
	uint32_t *serials; /* ascending */
	size_t count;
	/* locations of the goroutines' start functions, ascending; also malloc'ed */
	uint32_t *starts;
	size_t start_count;
};

/*
 * Choose all threads with this tid, or else with this name, or else whose names match the glob
 * `which`, or else with the only name that has this part. Returns 0; -1 and *error: there is no
 * such thread, or several names have the part, and the message lists those there are; or memory
 * is out.
 */
int thread_choice_make(struct thread_choice *choice, struct thread *const *threads,
                       size_t thread_count, const char *which, struct error *error);
void thread_choice_release(struct thread_choice *choice);

bool thread_choice_has(const struct thread_choice *choice, uint32_t serial);

/* Call when all starts are there. */
void thread_choice_sort(struct thread_choice *choice);

/* Whether it has what this strand does while `carrier` runs it: a thread, which may run itself. */
bool thread_choice_has_strand(const struct thread_choice *choice,
                              const struct thread *carrier,
                              const struct thread *strand);

#endif
