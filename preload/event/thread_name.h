/*
 * event/thread_name.h - what threads are called in the end.
 *
 * A RUN record has the name that its thread had then. What it is called later is noted when
 * it is named, as far as that is seen, and again when the thread or the process ends: whoever
 * is killed has the name that was seen, whoever ends has the last one in any case.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_THREAD_NAME_H
#define OUTLIVE_PRELOAD_EVENT_THREAD_NAME_H

#include <stdint.h>

#include "stack/thread_state.h"

/* By the thread itself, the guard held: it may have been named. */
void thread_name_note(struct thread_state *state);

/* The same as it ends: then nothing that comes later could say it. */
void thread_name_note_last(struct thread_state *state);

/* The calling thread has named another, whose pthread_t this is. The guard is held. */
void thread_name_note_other(uintptr_t pointer, const char *name);

/* Of all other threads, before the process ends or becomes another program. */
void thread_names_note(void);

#endif
