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

/* Zeroed: none. */
struct thread_choice {
	uint32_t *serials; /* ascending */
	size_t count;
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

#endif
