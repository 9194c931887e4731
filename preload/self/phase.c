/*
 * self/phase.c - phases become definitions.
 */
#include "self/phase.h"

#include <stdatomic.h>

#include "system/clock.h"
#include "ring/definitions.h"
#include "self/heap.h"
#include "system/guard.h"
#include "ring/ring.h"
#include "system/system.h"
#include "stack/thread_state.h"

static _Atomic uint32_t current; /* enum phase, the C library's */

/* The program's phase, one writer at a time: see definitions_enter(). */
static char name_now[PHASE_NAME_BYTES_MAX];
static uint32_t name_now_bytes;
static uint32_t changes;
static uint64_t changes_bytes; /* bytes of the ring that changes took */

/* Call with the definitions entered. False: no room, which is counted. */
static bool record_write(enum phase phase, uint64_t time, const char *name,
                         uint32_t name_bytes)
{
	uint32_t size_bytes = (uint32_t)(sizeof(struct phase_definition) + name_bytes + 7) &
	                      ~7u;
	struct phase_definition *definition = definition_reserve(size_bytes);

	if (!definition)
		return false;
	memset(definition, 0, size_bytes);
	definition->header = (struct definition_header){ DEFINITION_PHASE,
		                                             (uint16_t)size_bytes, 0, time };
	definition->phase = phase;
	definition->thread = thread_state_own() ? guard.state->serial : 0;
	definition->name_bytes = name_bytes;
	if (name_bytes)
		memcpy(definition + 1, name, name_bytes);
	definition_commit(size_bytes);
	return true;
}

void phase_remember(enum phase phase)
{
	atomic_store_explicit(&current, phase, memory_order_relaxed);
}

void phase_write(enum phase phase, uint64_t time)
{
	uint32_t before = atomic_load_explicit(&current, memory_order_relaxed);

	do {
		if (before >= phase)
			return;
	} while (!atomic_compare_exchange_weak(&current, &before, phase));
	if (!definitions_enter()) {
		ring_count_loss(LOST_DEFINITIONS, 1);
		return;
	}
	record_write(phase, time, "", 0);
	definitions_leave();
	if (phase == PHASE_EXIT)
		heap_record(time);
}

/* ---- names ---------------------------------------------------------------------- */

static void name_change(const char *name, uint32_t name_bytes)
{
	bool is_full = changes >= PHASE_CHANGES_MAX - 1 ||
	               changes_bytes > ring.mapped_bytes / 16;

	if (name_bytes == name_now_bytes &&
	    (!name_bytes || memcmp(name, name_now, name_bytes) == 0))
		return;
	if (is_full)
		ring_count_loss(LOST_DEFINITIONS, 1);
	if (is_full && !name_now_bytes)
		return;
	/* The last record says that from here on nothing is known. */
	if (is_full)
		name_bytes = 0;
	if (!record_write(PHASE_NAMED, clock_after(), name, name_bytes))
		return;
	if (name_bytes)
		memcpy(name_now, name, name_bytes);
	name_now_bytes = name_bytes;
	changes++;
	changes_bytes += sizeof(struct phase_definition) + name_bytes;
}

static uint32_t name_bytes_of(const char *name)
{
	uint32_t name_bytes = 0;

	while (name && name_bytes < PHASE_NAME_BYTES_MAX && name[name_bytes])
		name_bytes++;
	return name_bytes;
}

void phase_remember_name(const char *name)
{
	uint32_t name_bytes = name_bytes_of(name);

	if (!definitions_enter())
		return;
	if (name_bytes)
		memcpy(name_now, name, name_bytes);
	name_now_bytes = name_bytes;
	definitions_leave();
}

void phase_write_name(const char *name)
{
	uint32_t name_bytes = name_bytes_of(name);

	if (!definitions_enter()) {
		ring_count_loss(LOST_DEFINITIONS, 1);
		return;
	}
	name_change(name, name_bytes);
	definitions_leave();
}

void phase_forked(void)
{
	uint32_t phase = atomic_load_explicit(&current, memory_order_relaxed);
	uint64_t start = ring.header->start_ticks >> CLOCK_SHIFT_TICKS;

	changes = 0;
	changes_bytes = 0;
	if (!definitions_enter())
		return;
	if (phase != PHASE_LOAD)
		record_write(phase, start, "", 0);
	if (name_now_bytes)
		record_write(PHASE_NAMED, start, name_now, name_now_bytes);
	definitions_leave();
}
