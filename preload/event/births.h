/*
 * event/births.h - the account that a flight recorder keeps (account_format.h): on which call paths
 * blocks were born, and which of them are live, when the events of that are overwritten long since.
 *
 * It is of a sample of the blocks. Where only a sample is recorded (recorder.sampling), that is the
 * one. Else all blocks are recorded, and a sample of ACCOUNT_SAMPLE_BYTES is drawn for the account
 * alone (recorder.background). In both, the addresses of the sampled blocks are in the sample
 * table, and the account has a block for each slot of it.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_BIRTHS_H
#define OUTLIVE_PRELOAD_EVENT_BIRTHS_H

#include "event/sampling.h"
#include "ring/account.h"
#include "stack/walk.h"

/* Call after the ring was made: at the beginning of a recording, and in a forked child. */
void births_start(void);

bool births_draw(uint64_t size_bytes);
void births_write(const struct walk_start *caller, const void *block,
                  uint64_t size_bytes);

/*
 * A block was allocated, and its event was recorded, so that the thread's stack is the block's call
 * path. Call with the guard held, before the program gets the block.
 */
static inline __attribute__((always_inline)) void births_begin(
	const struct walk_start *caller, const void *block, uint64_t size_bytes)
{
	uint64_t left = guard.sample_left;

	if (left > size_bytes && guard.sample_session == recorder.background)
		guard.sample_left = left - size_bytes;
	else if (unlikely(recorder.background | recorder.sampling) &&
	         births_draw(size_bytes))
		births_write(caller, block, size_bytes);
}

void births_end_cold(const void *block, struct account_block *kept);

/*
 * A block is about to be freed: if it is in the sample table, forget it, as another thread may get
 * its address. Call after lifecycle_enter(), whatever that returned. *kept, unless it is NULL: what
 * the account has of it.
 */
static inline __attribute__((always_inline)) void births_end(const void *block,
                                                             struct account_block *kept)
{
	if (unlikely(recorder.background | recorder.sampling) &&
	    unlikely(sample_table_may_have((uintptr_t)block)))
		births_end_cold(block, kept);
}

/* It was not freed after all. Call with the guard held. */
void births_resume(const void *block, const struct account_block *kept);

#endif
