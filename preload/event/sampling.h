/*
 * event/sampling.h - which blocks are recorded if not all are.
 *
 * One byte in so many is sampled, at random (a Poisson process over the bytes that a thread asks
 * for), and a block is recorded if any of its bytes is: a block of s bytes with a probability of
 * 1 - exp(-s / mean). For each thread it is enough to know how many bytes are left until the next
 * sampled one. A block of 0 bytes is never recorded.
 *
 * Nothing is done for the other blocks: no guard is taken, no time, and no stack.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_SAMPLING_H
#define OUTLIVE_PRELOAD_EVENT_SAMPLING_H

#include "event/sample_table.h"
#include "system/guard.h"
#include "system/recorder.h"
#include "system/system.h"

/*
 * Call before a recording begins; recorder.session is its number already. `mean_bytes` 0: all
 * blocks are recorded. `flight_bytes`: of a flight recorder's ring, else 0; such a ring has an
 * account (event/births.h) of a sample, in any case. False: no memory.
 */
bool sampling_start(uint64_t mean_bytes, uint64_t flight_bytes);

uint64_t sampling_mean_bytes(void);

/* Call in a forked child: its blocks are not those that its parent draws. */
void sampling_forked(void);

/*
 * Turn 64 random bits into the number of bytes up to the next sampled one, that one included: 1 and
 * more, exponentially distributed.
 */
uint64_t sampling_distance(uint64_t random, uint64_t mean_bytes);

/* 1/p for a block of that size, in 1/65536 (ACCOUNT_WEIGHT_BITS). */
uint64_t sampling_weight(uint64_t size_bytes, uint64_t mean_bytes);

bool sampling_skips_cold(uint64_t size_bytes);
bool sampling_takes_cold(const void *block, uint64_t size_bytes);

/* A block of that size is about to be allocated. True: only call the real function. */
static inline bool sampling_skips(uint64_t size_bytes)
{
	/* Read once: a signal handler may draw in between, and the difference must not be below 0. */
	uint64_t left = guard.sample_left;

	if (left > size_bytes && guard.sample_session == recorder.sampling) {
		guard.sample_left = left - size_bytes;
		return true;
	}
	return unlikely(recorder.sampling) && sampling_skips_cold(size_bytes);
}

/*
 * It was allocated (NULL: that failed), and is to be recorded. False: it is not, after all. Call
 * with the guard held, before the program gets the block.
 */
static inline bool sampling_takes(const void *block, uint64_t size_bytes)
{
	return likely(!recorder.sampling) || sampling_takes_cold(block, size_bytes);
}

/*
 * A block is about to be freed. True: it was not recorded, only call the real function. False: it
 * was; births_end() must follow.
 */
static inline bool sampling_passes(const void *block)
{
	return unlikely(recorder.sampling) &&
	       (likely(!sample_table_may_have((uintptr_t)block)) ||
	        sample_table_find((uintptr_t)block) == SAMPLE_NONE);
}

#endif
