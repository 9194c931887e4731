/*
 * event/sentinel.h - the word by which each hook knows whether it records, and a forked child that
 * it is one.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_SENTINEL_H
#define OUTLIVE_PRELOAD_EVENT_SENTINEL_H

#include <stdbool.h>

/* Make the word, once. False: no memory. */
bool sentinel_make(void);

/* recorder.session has changed. */
void sentinel_set(void);

/* Call in a forked child. False: no memory. */
bool sentinel_renew(void);

/* From now on, hooks record, or do not. */
void sentinel_record(bool is_recording);

/*
 * Call where the pid is not that of the process that has made the word, and nothing has been
 * recorded: whether this is a forked child, whose memory is its own. False if that is unknown.
 */
bool sentinel_is_own_memory(void);

/* Whether this is a forked child. Call where recorder.sentinel leads to 0. */
bool sentinel_is_forked(void);

#endif
