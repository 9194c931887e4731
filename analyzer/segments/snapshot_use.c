/*
 * segments/snapshot_use.c - checks and reads the records that belong to a process's own
 * snapshot.
 */
#include "segments/snapshot_use.h"

#include "trace_format.h"

#include <stdlib.h>
#include <string.h>

#define BYTES_MAX (UINT64_C(1) << 57) /* of an address space */
/* The limit for one mapping: the sum over all mappings of a snapshot does not overflow. */
#define KIB_MAX (UINT64_C(1) << 33)

/*
 * The process itself wrote the record, so any figure is possible: too large ones are refused,
 * so that later sums do not overflow.
 */
int view_totals_take(struct view_totals *totals, const uint8_t *record, size_t bytes,
                     struct error *error)
{
	struct memory_definition memory;

	if (bytes < sizeof(memory))
		return error_set(error, "the totals of a process are cut short");
	memcpy(&memory, record, sizeof(memory));
	if (memory.size > BYTES_MAX || memory.resident > BYTES_MAX ||
	    memory.shared > BYTES_MAX || memory.peak > BYTES_MAX || memory.swap > BYTES_MAX)
		return error_set(error, "impossible totals of a process");
	*totals = (struct view_totals){ .time_ns = memory.time_ns,
		                            .size = memory.size,
		                            .rss = memory.resident,
		                            .shared = memory.shared,
		                            .peak_rss = memory.peak,
		                            .swap = memory.swap,
		                            .threads = memory.threads };
	return 0;
}

/* The count is compared with the size of the record before memory is allocated for it. */
int view_stacks_take(struct process_threads *threads, const uint8_t *record,
                     size_t bytes, struct error *error)
{
	struct stacks_definition stacks;
	struct stacks_entry entry;
	uint32_t i;

	threads->count = 0;
	if (bytes < sizeof(stacks))
		return error_set(error, "a list of stacks is cut short");
	memcpy(&stacks, record, sizeof(stacks));
	if (stacks.count > (bytes - sizeof(stacks)) / sizeof(entry))
		return error_set(error, "a list of stacks does not hold %u", stacks.count);
	process_threads_release(threads);
	threads->threads = calloc(stacks.count + 1, sizeof(*threads->threads));
	if (!threads->threads)
		return error_set(error, "out of memory for threads");
	threads->capacity = stacks.count + 1;
	for (i = 0; i < stacks.count; i++) {
		memcpy(&entry, record + sizeof(stacks) + i * sizeof(entry), sizeof(entry));
		threads->threads[i] = (struct process_thread){ .tid = (pid_t)entry.tid,
			                                           .stack_pointer = entry.address };
		memcpy(threads->threads[i].name, entry.name, sizeof(entry.name));
		threads->count++;
	}
	return 0;
}

/* ---- sizes of mappings ---- */

/* By enum maps_use_field. */
static const size_t offsets[MAPS_USE_FIELDS] = {
	[MAPS_USE_RSS] = offsetof(struct memory_use, rss),
	[MAPS_USE_PSS] = offsetof(struct memory_use, pss),
	[MAPS_USE_PRIVATE_DIRTY] = offsetof(struct memory_use, private_dirty),
	[MAPS_USE_PRIVATE_CLEAN] = offsetof(struct memory_use, private_clean),
	[MAPS_USE_SHARED_DIRTY] = offsetof(struct memory_use, shared_dirty),
	[MAPS_USE_SHARED_CLEAN] = offsetof(struct memory_use, shared_clean),
	[MAPS_USE_ANONYMOUS] = offsetof(struct memory_use, anonymous),
	[MAPS_USE_SWAP] = offsetof(struct memory_use, swap),
	[MAPS_USE_SWAP_PSS] = offsetof(struct memory_use, swap_pss),
	[MAPS_USE_HUGE] = offsetof(struct memory_use, huge),
	[MAPS_USE_LOCKED] = offsetof(struct memory_use, locked),
};

/* Read a varint. NULL: it is cut short or too large. */
static const uint8_t *kib_read(const uint8_t *at, const uint8_t *end, uint64_t *kib)
{
	unsigned shift = 0;

	for (*kib = 0; at < end && shift < 42; shift += 7) {
		*kib |= (uint64_t)(*at & 0x7f) << shift;
		if (!(*at++ & 0x80))
			return *kib <= KIB_MAX ? at : NULL;
	}
	return NULL;
}

/* Read the sizes of one mapping. NULL: they are damaged. */
static const uint8_t *use_read(struct mapping *mapping, const uint8_t *at,
                               const uint8_t *end)
{
	uint64_t kib;
	uint16_t mask;
	size_t i;

	if ((size_t)(end - at) < sizeof(mask))
		return NULL;
	memcpy(&mask, at, sizeof(mask));
	at += sizeof(mask);
	mapping->grows_down = mask >> MAPS_USE_GROWS_DOWN & 1;
	for (i = 0; i < MAPS_USE_FIELDS && at; i++) {
		if (!(mask >> i & 1))
			continue;
		at = kib_read(at, end, &kib);
		if (at)
			*(uint64_t *)((char *)&mapping->use + offsets[i]) = kib << 10;
	}
	return at;
}

/*
 * Each mapping has a mask of the fields that are not 0, then one varint for each of them, in
 * KiB as in smaps. Fields that are not in the mask stay 0.
 */
int view_use_take(struct process_maps *maps, const uint8_t *record, size_t bytes,
                  struct error *error)
{
	const uint8_t *at = record + sizeof(struct maps_use_definition);
	struct maps_use_definition use;
	uint32_t i;

	if (bytes < sizeof(use))
		return error_set(error, "sizes of mappings are cut short");
	memcpy(&use, record, sizeof(use));
	if (use.first > maps->count || use.count > maps->count - use.first)
		return error_set(error, "sizes of mappings that do not exist");
	for (i = 0; i < use.count && at; i++)
		at = use_read(&maps->mappings[use.first + i], at, record + bytes);
	return at ? 0 : error_set(error, "impossible sizes of mappings");
}
