/*
 * event/thread_name.h - records the names that threads are given later.
 *
 * A RUN record has the thread's name at that time. A later name is recorded when the thread is
 * named, if a hook sees that, and again when the thread or the process ends. So a thread that
 * is killed has the last name that was seen, and a thread that ends has its last name in any
 * case.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_THREAD_NAME_H
#define OUTLIVE_PRELOAD_EVENT_THREAD_NAME_H

#include <stdint.h>

#include "stack/thread_state.h"

/* Call with the guard held, after the calling thread may have been named. */
void thread_name_record(struct thread_state *state);

/* The same when the thread ends: no later record could have the name. */
void thread_name_record_last(struct thread_state *state);

/*
 * Call with the guard held, after the calling thread has named another, which has this
 * pthread_t.
 */
void thread_name_record_other(uintptr_t pointer, const char *name);

/* Record the names of all other threads, before the process ends or starts another program. */
void thread_names_record(void);

#endif
