/*
 * event/waiting.h - a recording that begins later than its process: `outlive run --start-after`.
 *
 * Until then each hook only calls the real function. Children by fork wait like their parent,
 * and so do the programs that they execute, to which the settings are passed on.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_WAITING_H
#define OUTLIVE_PRELOAD_EVENT_WAITING_H

#include <stdbool.h>

#include "system/settings.h"

/* Call once, at the process's first call. True: the recording has to wait. */
bool waiting_begin(const struct settings *settings);

/* What is waited for has come, or the program asks for the recording. */
void waiting_end(void);

/*
 * Call in each hook while the recording waits. True: the wait is over. Cheap: the time is asked
 * of the kernel at most a few thousand times a second.
 */
bool waiting_is_over(void);

/* The phase `name` begins. It may be what is waited for. */
void waiting_see_phase(const char *name);

/* This process is a forked child, and is recorded. */
void waiting_forked(void);

/* Whether this is a forked child that has noticed nothing yet, or between vfork() and exec. */
bool waiting_is_child(void);

/* Whether this memory is this process's: not between vfork() and exec. False if that is unknown. */
bool waiting_is_own_memory(void);

/*
 * Call when a recording is about to begin. False: the memory is another process's (between vfork()
 * and exec), or only another process is to be recorded. Writes how long the process had run into
 * *age_ns.
 */
bool waiting_is_here(const struct settings *settings, uint64_t *age_ns);

#endif
