/*
 * ring/definitions.h - the chunk that definitions are written to, one writer at a time.
 *
 * Between definitions_enter() and definitions_leave(), call nothing that allocates, waits, or
 * enters again.
 */
#ifndef OUTLIVE_PRELOAD_RING_DEFINITIONS_H
#define OUTLIVE_PRELOAD_RING_DEFINITIONS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * False: another thread has not left within the bound (about a millisecond), or this thread
 * itself has entered further out and was interrupted by a signal. The caller drops what it
 * wanted to write, and counts it.
 */
bool definitions_enter(void);
void definitions_leave(void);

/*
 * Room for one record of at most `size_bytes`, a multiple of 8, not zeroed; NULL: no room,
 * which is counted. Call definition_commit() with what was used of it.
 */
void *definition_reserve(uint32_t size_bytes);
void definition_commit(uint32_t size_bytes);

/* A signal handler jumped out of the recorder on this thread: let others in again. */
void definitions_abandon(void);

/* Call in a forked child: it has a new ring, and no other writer. */
void definitions_forked(void);

#endif
