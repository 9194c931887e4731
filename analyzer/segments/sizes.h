/*
 * segments/sizes.h - how large one process was, reading after reading, and the bytes of a
 * BLOCK_SIZES that hold the readings.
 *
 * Few readings are written. A regular reading is always kept; of those between two regular ones
 * only the highest is kept, and readings of an unchanged size are written as their first and
 * last.
 */
#ifndef OUTLIVE_SEGMENTS_SIZES_H
#define OUTLIVE_SEGMENTS_SIZES_H

#include "base/error.h"
#include "base/text.h"
#include "trace_format.h"

#include <stdbool.h>
#include <stddef.h>

#define SIZES_ENTRIES 64

/* Readings that are not written yet. Begins all zero. */
struct segment_sizes {
	struct sizes_entry entries[SIZES_ENTRIES];
	size_t count;
	/* a time of 0 in these four: none */
	struct sizes_entry kept;   /* the newest entry, written or not */
	struct sizes_entry same;   /* the last reading with the same size as `kept` */
	struct sizes_entry high;   /* the highest reading since the last regular reading */
	struct sizes_entry latest; /* the last reading */
	uint64_t regular_ns;       /* time of the last regular reading */
	uint64_t since_ns;         /* time of the first reading not yet written; 0: none */
	uint64_t every_ns, readings, longest_ns; /* like those of sizes_batch */
};

/*
 * Add a reading; times must increase. A regular reading is kept; the highest reading since the
 * previous regular one is kept if it is higher than both. The first reading must be regular.
 */
void segment_sizes_add(struct segment_sizes *sizes, const struct sizes_entry *reading,
                       bool is_regular, uint64_t every_ns);

/* Keep the last reading as well, since no more will follow. */
void segment_sizes_end(struct segment_sizes *sizes);

/* Whether the readings should be written now: there are many, or the oldest has waited long. */
bool segment_sizes_is_due(const struct segment_sizes *sizes, uint64_t now_ns);

/*
 * Append the payload of a block with all entries, and forget them. Appends nothing if there are
 * none. 0, or -1: memory is out.
 */
int segment_sizes_save(struct segment_sizes *sizes, struct text *payload);

/*
 * Check all of a payload, whose times must be later than last_ns. 0, or -1 and *error, which
 * names no file.
 */
int sizes_batch_load(struct sizes_batch *batch, const uint8_t *payload, size_t bytes,
                     uint64_t last_ns, struct error *error);

/* All size readings of a process in a trace: see segments/size_history.h. */
struct size_history {
	struct sizes_entry *entries; /* by time; time_ns is since the process's start */
	size_t count, capacity;
	size_t readings;               /* also those that were equal and have no entry */
	uint64_t every_ns, longest_ns; /* between readings: intended, and longest */
	struct sizes_entry highest;    /* by resident memory, if there is any entry */
};

/* Whether both have the same sizes, whatever their times. */
bool sizes_entry_is_alike(const struct sizes_entry *one, const struct sizes_entry *two);

/* Entry i of a payload that sizes_batch_load() has checked. */
struct sizes_entry sizes_batch_entry(const uint8_t *payload, size_t i);

#endif
