/*
 * stack/stub_set.h - the stubs that a thread has at hand, and those whose frames vanished.
 */
#ifndef OUTLIVE_PRELOAD_STACK_STUB_SET_H
#define OUTLIVE_PRELOAD_STACK_STUB_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "stack/stub_pool.h"

#define LIMBO_FIRST 512
#define BOUND_LISTS 8192 /* of bound stubs, each of one return address */
#define BOUND_STUB_BITS 16
#define BOUND_STUB_MASK ((UINT64_C(1) << BOUND_STUB_BITS) - 1)

/* A stub whose frame is gone, but has not returned. The stub may still run. */
struct limbo_stub {
	uintptr_t slot;        /* where the stub was */
	const void *exception; /* in flight at that time; NULL: none */
	stub_id stub;
	bool is_left; /* the trace says that its frame has ended: it must not run */
};

struct stub_set {
	/*
	 * BOUND_LISTS lists in a hash table: return address << BOUND_STUB_BITS | its first
	 * stub. 0: not begun. NULL: no stub was ever bound.
	 */
	uint64_t *bound;
	struct stub_supply supply;
	struct limbo_stub *limbo; /* grows; a stub lost from here is lost for good */
	uint32_t limbo_count, limbo_capacity;
	uint32_t limbo_swept; /* sweep it above this count */
	uint32_t limbo_asked; /* index of the next to check for having run */
	/* Those before this index are of no exception that may land, whatever the count. */
	uint32_t limbo_thrown;
	struct limbo_stub limbo_first[LIMBO_FIRST];
};

#endif
