/*
 * stack/stub_pool.h - return stubs: taken, put in place of return addresses, given back.
 *
 * A stub that stands in some slot, or whose slot was copied elsewhere, may still run. So
 * a stub is given back only when it has run, or when the frame is proven never to
 * return. A stub that is not given back is lost until the process ends: that is safe.
 *
 * Between the two is a bound stub: of a frame that is gone from the stack, though it neither
 * ran nor is proven never to return. Whoever jumps without our seeing it (__builtin_longjmp)
 * leaves such frames; but so does whoever copies a part of the stack away and will put it
 * back. So a bound stub may only stand in for its own return address again: should a copy of
 * the frame come back, it returns to where it must, whoever else has the stub. A program
 * that does the same thing for ever returns to the same places for ever. What can be wrong
 * then is what is said of the frames, not where they go: that a bound stub has run proves
 * nothing once anything of the kind has come back. See recorder.stub_copies_were_seen.
 */
#ifndef OUTLIVE_PRELOAD_STACK_STUB_POOL_H
#define OUTLIVE_PRELOAD_STACK_STUB_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "stub_layout.h"
#include "system/system.h"

/* What stub.S reads and writes. */
struct stub_entry {
	uintptr_t return_address; /* where the frame returns to */
	uint8_t returned;         /* 1: the stub has run */
	uint8_t bias;             /* of the CFA; see stub.S */
	uint16_t bound;           /* 0: it is not. Else the next of its list, or itself */
	uint32_t
		frame; /* index in its thread's frames; of one that nobody has, see stub_supply */
};

typedef uint32_t stub_id; /* 1..STUB_COUNT - 1; 0: none */

extern const uint8_t outlive_stubs[STUB_COUNT * STUB_BYTES]
	__attribute__((visibility("hidden")));
extern struct stub_entry outlive_stub_entries[STUB_COUNT]
	__attribute__((visibility("hidden")));

#define STUBS_AT_HAND 64

/*
 * A thread's own supply, so that the common pool is rarely asked.
 *
 * A stub that has run may still stand in a copy of a part of the stack that was made before,
 * and will run again when the copy is put back (greenlets, whose first switch returns twice).
 * Nobody sees copies being made. So a stub keeps to its return address for as long as there
 * are stubs that nobody ever had (half of all, see stub_pool_is_low()): by then the program
 * has shown whether it does such things (recorder.stub_copies_were_seen). `usual` holds, for each
 * hash of a return address, those of one return address: the first, the others by `frame`. (A
 * stub that jumps where it jumped the last time is also what the processor predicts.) Where
 * that address was not the one that is looked for `usual_missed` times, a larger table does
 * better. `ids` are those that no copy can have.
 */
#define STUBS_USUAL_BITS 13
#define STUBS_USUAL_MORE_BITS 16 /* of the larger table */
struct stub_supply {
	uint16_t *usual;     /* usual_first, or the larger table */
	uint64_t usual_mask; /* one less than its size */
	uint32_t usual_missed;
	uint32_t count;
	stub_id ids[STUBS_AT_HAND];
	uint16_t usual_first[1 << STUBS_USUAL_BITS];
};

static inline bool stub_is(uintptr_t address)
{
	return address - (uintptr_t)outlive_stubs < sizeof(outlive_stubs);
}

/* Of an address for which stub_is(). */
static inline stub_id stub_of(uintptr_t address)
{
	return (stub_id)((address - (uintptr_t)outlive_stubs) / STUB_BYTES);
}

static inline uintptr_t stub_address(stub_id stub)
{
	return (uintptr_t)outlive_stubs + (uintptr_t)stub * STUB_BYTES;
}

/* Make the entries writable. False: there can be no stubs. */
bool stub_pool_start(void);

/* Of zeroed memory. */
static inline void stub_supply_begin(struct stub_supply *supply)
{
	supply->usual = supply->usual_first;
	supply->usual_mask = (1u << STUBS_USUAL_BITS) - 1;
}

/* Go over to a larger table, zeroed, of 1 << STUBS_USUAL_MORE_BITS places. */
void stub_supply_grow(struct stub_supply *supply, uint16_t *usual);

/* From or to the common pool, when a supply is used up or full. */
stub_id stub_take_common(struct stub_supply *supply);
void stub_give_common(struct stub_supply *supply, stub_id stub);

static inline uint16_t *stub_usual(struct stub_supply *supply, uintptr_t return_address)
{
	/* Fibonacci hashing: return addresses lie close together. */
	return &supply->usual[return_address * UINT64_C(0x9e3779b97f4a7c15) >> 32 &
	                      supply->usual_mask];
}

/* True if half of all stubs have been used: time to be sparing. */
bool stub_pool_is_low(void);

/* One that stood in for `return_address` before; it says so still. 0: none. */
static inline stub_id stub_take_usual(struct stub_supply *supply,
                                      uintptr_t return_address)
{
	uint16_t *usual = stub_usual(supply, return_address);
	stub_id stub = *usual;
	const struct stub_entry *entry = &outlive_stub_entries[stub];

	/* The entry of 0 has no return address. */
	if (unlikely(entry->return_address != return_address))
		return 0;
	*usual = (uint16_t)entry->frame;
	return stub;
}

/* Where stubs are scarce: one of whatever return address has the place. 0: none. */
static inline stub_id stub_take_any_usual(struct stub_supply *supply,
                                          uintptr_t return_address)
{
	uint16_t *usual = stub_usual(supply, return_address);
	stub_id stub = *usual;

	if (!stub || !stub_pool_is_low())
		return 0;
	*usual = (uint16_t)outlive_stub_entries[stub].frame;
	return stub;
}

/* One that nobody has, and no copy of a stack. 0: none is left. */
static inline stub_id stub_take_other(struct stub_supply *supply)
{
	return likely(supply->count) ? supply->ids[--supply->count]
	                             : stub_take_common(supply);
}

/* Keep a stub that has run for its return address. False: another has its place. */
static inline bool stub_give_usual(struct stub_supply *supply, stub_id stub)
{
	struct stub_entry *entry = &outlive_stub_entries[stub];
	uint16_t *usual = stub_usual(supply, entry->return_address);

	if (*usual && outlive_stub_entries[*usual].return_address != entry->return_address)
		return false;
	entry->frame = *usual;
	*usual = (uint16_t)stub;
	return true;
}

/* For whatever return address. */
static inline void stub_give_other(struct stub_supply *supply, stub_id stub)
{
	if (likely(supply->count < STUBS_AT_HAND))
		supply->ids[supply->count++] = stub;
	else
		stub_give_common(supply, stub);
}

/*
 * A stub whose frame a longjmp passed over. That is no proof where stacks are copied away
 * and back by longjmp: such stubs are used again only when no others are left, and never
 * after stub_distrust_jumps().
 */
void stub_give_jumped(stub_id stub);
void stub_distrust_jumps(void);

/* See recorder.stub_copies_were_seen. */
void stub_distrust_copies(void);

/* Give back one whose stack is gone, with all that was copied from it. */
static inline void stub_give_for_good(struct stub_supply *supply, stub_id stub)
{
	outlive_stub_entries[stub].bound = 0;
	stub_give_other(supply, stub);
}

/* Every stub says from now on what an unwinder of another make wants; see stub.S. */
void stub_set_bias(uint8_t bias);

/* Give the whole supply back: its thread ends. */
void stub_give_all(struct stub_supply *supply);

#endif
