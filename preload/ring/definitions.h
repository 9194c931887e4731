/*
 * ring/definitions.h - the chunk that definitions go to, one writer at a time.
 *
 * Between definitions_enter() and definitions_leave() nothing may be called that
 * allocates, waits, or enters again.
 */
#ifndef OUTLIVE_PRELOAD_RING_DEFINITIONS_H
#define OUTLIVE_PRELOAD_RING_DEFINITIONS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * False: another thread is at it and has not left within the bound (about a millisecond),
 * or this thread itself is, further out, interrupted by a signal. What was to be written
 * is dropped, and the caller counts it.
 */
bool definitions_enter(void);
void definitions_leave(void);

/*
 * Room for one record of at most `size_bytes`, a multiple of 8, not zeroed; NULL: none,
 * which is counted. definition_commit() what was used of it.
 */
void *definition_reserve(uint32_t size_bytes);
void definition_commit(uint32_t size_bytes);

/* A signal handler jumped out of the recorder on this thread: let others at it again. */
void definitions_abandon(void);

/* In a forked child: a new ring, and nobody else is at it. */
void definitions_forked(void);

#endif
