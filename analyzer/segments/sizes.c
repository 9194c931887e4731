/* segments/sizes.c - encodes and decodes size readings of a process. */
#include "segments/sizes.h"

#include <assert.h>
#include <string.h>

#define SECOND_NS UINT64_C(1000000000)
#define KEPT_AT_ONCE 3            /* entries that one reading adds, at most */
#define WRITE_NS (3 * SECOND_NS)  /* lost at most if outlive is killed */
#define QUIET_NS (10 * SECOND_NS) /* the same if the size has not changed */
#define LOADED_MAX (1u << 16)
#define BYTES_MAX (UINT64_C(1) << 57)  /* of an address space */
#define FIGURE_MAX (UINT64_C(1) << 62) /* times, counts: sums of a few fit */

static_assert(sizeof(struct sizes_batch) == 32 && sizeof(struct sizes_entry) == 32,
              "on-disk sizes");

bool sizes_entry_is_alike(const struct sizes_entry *one, const struct sizes_entry *two)
{
	return one->size == two->size && one->resident == two->resident &&
	       one->shared == two->shared;
}

/* The caller has not saved the entries: drop every second one, but not the highest. */
static void entries_thin(struct segment_sizes *sizes)
{
	size_t highest = 0, kept = 0, i;

	for (i = 1; i < sizes->count; i++) {
		if (sizes->entries[i].resident > sizes->entries[highest].resident)
			highest = i;
	}
	for (i = 0; i < sizes->count; i++) {
		if (i % 2 == 0 || i == highest)
			sizes->entries[kept++] = sizes->entries[i];
	}
	sizes->count = kept;
}

static void entry_push(struct segment_sizes *sizes, const struct sizes_entry *entry)
{
	sizes->entries[sizes->count++] = *entry;
	sizes->kept = *entry;
}

/*
 * Keep the last of several equal readings: with the first, it shows how long the size stayed.
 */
static void same_settle(struct segment_sizes *sizes)
{
	if (sizes->same.time_ns)
		entry_push(sizes, &sizes->same);
	sizes->same.time_ns = 0;
}

/*
 * Keep an entry unless its size is that of the newest one: then only remember its time, for
 * same_settle(). Adds two entries at most.
 */
static void entry_keep(struct segment_sizes *sizes, const struct sizes_entry *entry)
{
	if (sizes->kept.time_ns && sizes_entry_is_alike(entry, &sizes->kept)) {
		sizes->same = *entry;
		return;
	}
	same_settle(sizes);
	entry_push(sizes, entry);
}

/*
 * Keep a regular reading, and before it the highest reading since the previous regular one if
 * it is higher than both.
 */
static void reading_keep(struct segment_sizes *sizes, const struct sizes_entry *reading)
{
	const struct sizes_entry *high = &sizes->high;

	if (sizes->count + KEPT_AT_ONCE > SIZES_ENTRIES)
		entries_thin(sizes);
	if (high->time_ns && high->resident > reading->resident &&
	    high->resident > sizes->kept.resident)
		entry_keep(sizes, high);
	entry_keep(sizes, reading);
	sizes->high.time_ns = 0;
	if (sizes->regular_ns && reading->time_ns - sizes->regular_ns > sizes->longest_ns)
		sizes->longest_ns = reading->time_ns - sizes->regular_ns;
	sizes->regular_ns = reading->time_ns;
	sizes->readings++;
}

void segment_sizes_add(struct segment_sizes *sizes, const struct sizes_entry *reading,
                       bool is_regular, uint64_t every_ns)
{
	sizes->latest = *reading;
	sizes->every_ns = every_ns;
	if (!sizes->since_ns)
		sizes->since_ns = reading->time_ns;
	if (is_regular)
		reading_keep(sizes, reading);
	else if (!sizes->high.time_ns || reading->resident > sizes->high.resident)
		sizes->high = *reading;
}

void segment_sizes_end(struct segment_sizes *sizes)
{
	if (sizes->latest.time_ns > sizes->regular_ns)
		reading_keep(sizes, &sizes->latest);
}

/*
 * A killed recording loses what is not written, so entries must not wait for long; without any
 * entry, only a count of equal readings would be lost.
 */
bool segment_sizes_is_due(const struct segment_sizes *sizes, uint64_t now_ns)
{
	return sizes->since_ns &&
	       (sizes->count + KEPT_AT_ONCE > SIZES_ENTRIES ||
	        now_ns - sizes->since_ns >= (sizes->count ? WRITE_NS : QUIET_NS));
}

int segment_sizes_save(struct segment_sizes *sizes, struct text *payload)
{
	struct sizes_batch batch = { .every_ns = sizes->every_ns,
		                         .readings = sizes->readings,
		                         .longest_ns = sizes->longest_ns };

	if (sizes->same.time_ns && sizes->count == SIZES_ENTRIES)
		entries_thin(sizes);
	same_settle(sizes);
	batch.count = (uint32_t)sizes->count;
	if (sizes->count && (text_add(payload, (const char *)&batch, sizeof(batch)) ||
	                     text_add(payload, (const char *)sizes->entries,
	                              sizes->count * sizeof(*sizes->entries))))
		return -1;
	sizes->count = 0;
	sizes->since_ns = sizes->readings = sizes->longest_ns = 0;
	return 0;
}

/* ---- decode ---- */

struct sizes_entry sizes_batch_entry(const uint8_t *payload, size_t i)
{
	struct sizes_entry entry;

	memcpy(&entry, payload + sizeof(struct sizes_batch) + i * sizeof(entry),
	       sizeof(entry));
	return entry;
}

/*
 * The payload is untrusted: no count or size of it is used before its check. All entries are
 * checked here, so that sizes_batch_entry() cannot fail.
 */
int sizes_batch_load(struct sizes_batch *batch, const uint8_t *payload, size_t bytes,
                     uint64_t last_ns, struct error *error)
{
	struct sizes_entry entry;
	size_t i;

	if (bytes < sizeof(*batch))
		return error_set(error, "sizes of %zu bytes are impossible", bytes);
	memcpy(batch, payload, sizeof(*batch));
	if (batch->count > LOADED_MAX ||
	    bytes != sizeof(*batch) + batch->count * sizeof(entry))
		return error_set(error, "sizes of %zu bytes do not hold %u readings", bytes,
		                 batch->count);
	if (batch->every_ns > FIGURE_MAX || batch->longest_ns > FIGURE_MAX ||
	    batch->readings > UINT32_MAX)
		return error_set(error, "%llu size readings are impossible",
		                 (unsigned long long)batch->readings);
	for (i = 0; i < batch->count; i++) {
		entry = sizes_batch_entry(payload, i);
		if (entry.time_ns <= last_ns)
			return error_set(error, "a size is older than the one before it");
		if (entry.size > BYTES_MAX || entry.resident > BYTES_MAX ||
		    entry.shared > entry.resident)
			return error_set(
				error, "%llu bytes resident, %llu of them shared, are impossible",
				(unsigned long long)entry.resident, (unsigned long long)entry.shared);
		last_ns = entry.time_ns;
	}
	return 0;
}
