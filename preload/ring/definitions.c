/*
 * ring/definitions.c - the chunk that definitions are written to.
 */
#include "ring/definitions.h"

#include <stdatomic.h>
#include <stddef.h>

#include "system/clock.h"
#include "system/guard.h"
#include "ring/ring.h"
#include "system/system.h"

#define SPINS_MAX 20000

static _Atomic bool busy;
static const struct guard *volatile busy_owner; /* the thread that is writing */
static struct chunk_header *chunk;              /* being filled; NULL: none yet */

bool definitions_enter(void)
{
	for (int spins = 0; spins < SPINS_MAX && busy_owner != &guard; spins++) {
		bool expected = false;

		/* Acquire: pairs with definitions_leave(). */
		if (atomic_compare_exchange_weak(&busy, &expected, true)) {
			busy_owner = &guard;
			return true;
		}
		arch_pause();
	}
	return false;
}

void definitions_leave(void)
{
	busy_owner = NULL;
	atomic_store_explicit(&busy, false, memory_order_release);
}

void *definition_reserve(uint32_t size_bytes)
{
	uint32_t room;

	if (chunk && COMMIT_BYTES(chunk->commit) + size_bytes <= CHUNK_BYTES)
		return (char *)chunk + COMMIT_BYTES(chunk->commit);
	if (chunk)
		ring_finish_definitions(chunk);
	chunk = ring_take_chunk(CHUNK_KIND_DEFINITIONS, clock_before(), &room);
	if (!chunk) {
		ring_count_loss(LOST_DEFINITIONS, 1);
		return NULL;
	}
	return (char *)chunk + room;
}

void definition_commit(uint32_t size_bytes)
{
	chunk_commit(chunk, COMMIT_BYTES(chunk->commit) + size_bytes, 0);
}

void definitions_abandon(void)
{
	if (busy_owner == &guard)
		definitions_leave();
}

void definitions_forked(void)
{
	busy_owner = NULL;
	atomic_store_explicit(&busy, false, memory_order_relaxed);
	chunk = NULL;
}
