/* stack/bound_stubs.c - lists of stubs by the return address that they stay with. */
#include "stack/bound_stubs.h"

#include "ring/ring.h"
#include "system/own_memory.h"

#define USUAL_MISSES_MAX 64 /* misses until the first table is replaced */
#define BOUND_TRIES 32      /* lists that are tried for one address */

void bound_set_copies(void)
{
	stub_distrust_copies();
	ring_set_flag(RING_COPIES_STACKS);
}

/*
 * Returns the list of bound stubs for a return address, begun if `may_begin`. A list stays once
 * it was begun, even empty, so the search may end at the first that was not. NULL: there is
 * none.
 */
static uint64_t *bound_list(const struct thread_state *state, uintptr_t return_address,
                            bool may_begin)
{
	/* Fibonacci hashing: return addresses are close together. */
	uint32_t hash = (uint32_t)(return_address * UINT64_C(0x9e3779b97f4a7c15) >> 32);

	for (uint32_t i = 0; i < BOUND_TRIES; i++) {
		uint64_t *list = &state->stubs.bound[(hash + i) % BOUND_LISTS];

		if (!*list && may_begin)
			*list = (uint64_t)return_address << BOUND_STUB_BITS;
		if (*list >> BOUND_STUB_BITS == return_address)
			return list;
		if (!*list)
			return NULL;
	}
	return NULL;
}

static void bound_set_first(uint64_t *list, stub_id stub)
{
	*list = (*list & ~BOUND_STUB_MASK) | stub;
}

static uint64_t *bound_list_begin(struct thread_state *state, uintptr_t return_address)
{
	if (!state->stubs.bound)
		state->stubs.bound = own_memory_map(BOUND_LISTS * sizeof(*state->stubs.bound));
	return state->stubs.bound ? bound_list(state, return_address, true) : NULL;
}

/* Bind the stub to its return address. False: nothing was changed. */
bool bound_put(struct thread_state *state, stub_id stub)
{
	struct stub_entry *entry = &outlive_stub_entries[stub];
	uint64_t *list = bound_list_begin(state, entry->return_address);
	stub_id first;

	if (!list)
		return false;
	first = bound_first(list);
	entry->returned = 0;
	entry->bound = (uint16_t)(first ? first : stub); /* the last one points to itself */
	bound_set_first(list, stub);
	return true;
}

stub_id bound_take(struct thread_state *state, uintptr_t return_address)
{
	uint64_t *list = bound_list(state, return_address, false);
	struct stub_entry *entry;
	stub_id stub = list ? bound_first(list) : 0;

	if (!stub || recorder.stub_copies_were_seen)
		return 0;
	entry = &outlive_stub_entries[stub];
	if (entry->returned) { /* it ran although no frame had it */
		bound_set_copies();
		return 0;
	}
	bound_set_first(list, entry->bound == stub ? 0 : entry->bound);
	entry->bound = (uint16_t)stub;
	return stub;
}

/* Whether the frame may have a bound stub: it can be believed, and there is a list for it. */
bool bound_is_allowed(struct thread_state *state, const struct walk_frame *frame)
{
	return !recorder.stub_copies_were_seen &&
	       bound_list_begin(state, frame->return_address);
}

/* Use a larger table if the slots of return addresses are too often taken by others. */
void bound_usual_grow(struct thread_state *state)
{
	struct stub_supply *supply = &state->stubs.supply;
	uint16_t *usual = NULL;

	if (supply->usual == supply->usual_first &&
	    ++supply->usual_missed == USUAL_MISSES_MAX)
		usual = own_memory_map(sizeof(*usual) << STUBS_USUAL_MORE_BITS);
	if (usual)
		stub_supply_grow(supply, usual);
}
