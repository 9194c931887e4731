/*
 * stack/stub_pool.h - return stubs: taken, put in place of return addresses, given back.
 *
 * A stub that is in some slot, or whose slot was copied elsewhere, may still run. So a stub is
 * given back only when it has run, or when its frame is proven never to return. A stub that is
 * not given back is lost until the process ends, which is safe.
 *
 * Between the two is a bound stub. Its frame is gone from the stack, but the stub has not run,
 * and the frame is not proven never to return. A jump that the recorder does not see
 * (__builtin_longjmp) leaves such frames, but so does a program that copies a part of the stack
 * away and will copy it back. So a bound stub may only be put in place of its own return
 * address again. If a copy of the frame comes back, the frame returns to the right address,
 * whichever frame has the stub meanwhile. A program that repeats something for ever returns to
 * the same addresses for ever, so it can reuse bound stubs. What may be wrong is then what is
 * recorded of the frames, not where they return to: once any copy has come back, it proves
 * nothing that a bound stub has run. See recorder.stub_copies_were_seen.
 */
#ifndef OUTLIVE_PRELOAD_STACK_STUB_POOL_H
#define OUTLIVE_PRELOAD_STACK_STUB_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "stub_layout.h"
#include "system/system.h"

/* The entry of a stub, which stub.S reads and writes. */
struct stub_entry {
	uintptr_t return_address; /* where the frame returns to */
	uint8_t returned;         /* 1: the stub has run */
	uint8_t bias;             /* of the CFA; see stub.S */
	uint16_t bound;           /* 0: not bound; else the next of its list, or itself */
	uint32_t frame; /* index in its thread's frames; not in use: see stub_supply */
};

typedef uint32_t stub_id; /* 1..STUB_COUNT - 1; 0: none */

extern const uint8_t outlive_stubs[STUB_COUNT * STUB_BYTES]
	__attribute__((visibility("hidden")));
extern struct stub_entry outlive_stub_entries[STUB_COUNT]
	__attribute__((visibility("hidden")));

#define STUBS_AT_HAND 64

/*
 * A thread's own supply of stubs, so that the common pool is rarely needed.
 *
 * A stub that has run may still be in a copy of a part of the stack that was made before, and
 * will run again when the copy is put back (greenlets, whose first switch returns twice). The
 * recorder does not see copies being made. So a stub keeps its return address as long as there
 * are stubs that were never taken (half of all, see stub_pool_is_low()): by then the program
 * has shown whether it makes copies (recorder.stub_copies_were_seen). `usual` has, for each
 * hash of a return address, the stubs of one return address: the first here, the others linked
 * by `frame`. (A stub that jumps where it jumped the last time is also what the processor
 * predicts.) If a slot had another address than the wanted one `usual_missed` times, a larger
 * table is better. `ids` are stubs that no copy can contain.
 */
#define STUBS_USUAL_BITS 13
#define STUBS_USUAL_MORE_BITS 16 /* bits of the larger table */
struct stub_supply {
	uint16_t *usual;     /* usual_first, or the larger table */
	uint64_t usual_mask; /* its size - 1 */
	uint32_t usual_missed;
	uint32_t count;
	stub_id ids[STUBS_AT_HAND];
	uint16_t usual_first[1 << STUBS_USUAL_BITS];
};

static inline bool stub_is(uintptr_t address)
{
	return address - (uintptr_t)outlive_stubs < sizeof(outlive_stubs);
}

/* Returns the stub of an address for which stub_is() holds. */
static inline stub_id stub_of(uintptr_t address)
{
	return (stub_id)((address - (uintptr_t)outlive_stubs) / STUB_BYTES);
}

static inline uintptr_t stub_address(stub_id stub)
{
	return (uintptr_t)outlive_stubs + (uintptr_t)stub * STUB_BYTES;
}

/* Make the entries writable. False: stubs cannot be used. */
bool stub_pool_start(void);

/* Initialise a supply in zeroed memory. */
static inline void stub_supply_begin(struct stub_supply *supply)
{
	supply->usual = supply->usual_first;
	supply->usual_mask = (1u << STUBS_USUAL_BITS) - 1;
}

/* Use a larger table from now on: zeroed, with 1 << STUBS_USUAL_MORE_BITS slots. */
void stub_supply_grow(struct stub_supply *supply, uint16_t *usual);

/* Take from, or give to, the common pool when a supply is empty or full. */
stub_id stub_take_common(struct stub_supply *supply);
void stub_give_common(struct stub_supply *supply, stub_id stub);

static inline uint16_t *stub_usual(struct stub_supply *supply, uintptr_t return_address)
{
	/* Fibonacci hashing: return addresses are close together. */
	return &supply->usual[return_address * UINT64_C(0x9e3779b97f4a7c15) >> 32 &
	                      supply->usual_mask];
}

/* Whether half of all stubs have been taken: from then on, be sparing. */
bool stub_pool_is_low(void);

/* Take a stub that had `return_address` before, and still has it in its entry. 0: none. */
static inline stub_id stub_take_usual(struct stub_supply *supply,
                                      uintptr_t return_address)
{
	uint16_t *usual = stub_usual(supply, return_address);
	stub_id stub = *usual;
	const struct stub_entry *entry = &outlive_stub_entries[stub];

	/* The entry of stub 0 has no return address. */
	if (unlikely(entry->return_address != return_address))
		return 0;
	*usual = (uint16_t)entry->frame;
	return stub;
}

/* If stubs are scarce: take one of any return address that has the slot. 0: none. */
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

/* Take a stub that no frame and no copy of a stack has. 0: none is left. */
static inline stub_id stub_take_other(struct stub_supply *supply)
{
	return likely(supply->count) ? supply->ids[--supply->count]
	                             : stub_take_common(supply);
}

/* Keep a stub that has run for its return address. False: another has the slot. */
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

/* Give back a stub for use with any return address. */
static inline void stub_give_other(struct stub_supply *supply, stub_id stub)
{
	if (likely(supply->count < STUBS_AT_HAND))
		supply->ids[supply->count++] = stub;
	else
		stub_give_common(supply, stub);
}

/*
 * Give back a stub whose frame a longjmp passed. That proves nothing if stacks are copied away
 * and back by longjmp. So such stubs are reused only when no others are left, and never after
 * stub_distrust_jumps().
 */
void stub_give_jumped(stub_id stub);
void stub_distrust_jumps(void);

/* See recorder.stub_copies_were_seen. */
void stub_distrust_copies(void);

/* Give back a stub whose stack is gone, with all copies of it. */
static inline void stub_give_for_good(struct stub_supply *supply, stub_id stub)
{
	outlive_stub_entries[stub].bound = 0;
	stub_give_other(supply, stub);
}

/*
 * Change the CFA that every stub shows to unwinders, for an unwinder of another make; see
 * stub.S.
 */
void stub_set_bias(uint8_t bias);

/* Give the whole supply back when its thread ends. */
void stub_give_all(struct stub_supply *supply);

#endif
