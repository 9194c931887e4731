/*
 * segments/sizes.h - how large one process was, reading after reading, and the bytes of a
 * BLOCK_SIZES that say it.
 */
#ifndef OUTLIVE_SEGMENTS_SIZES_H
#define OUTLIVE_SEGMENTS_SIZES_H

#include "base/error.h"
#include "base/text.h"
#include "trace_format.h"

#include <stdbool.h>
#include <stddef.h>

#define SIZES_ENTRIES 64

/* What has been read and is not written yet; all zero to begin with. */
struct segment_sizes {
	struct sizes_entry entries[SIZES_ENTRIES];
	size_t count;
	/* each with a time of 0: there is none */
	struct sizes_entry kept;   /* the newest entry there ever was */
	struct sizes_entry same;   /* when it was seen to be like that, last */
	struct sizes_entry high;   /* the most resident since the last mark */
	struct sizes_entry latest; /* the last reading */
	uint64_t mark_ns;          /* the last mark */
	uint64_t since_ns;         /* what is not written begins here; 0: nothing */
	uint64_t every_ns, readings, longest_ns; /* as in sizes_batch */
};

/*
 * Take a reading; times grow. A mark is kept, and the highest of what was read since the
 * mark before if it stands above both. The first is to be a mark.
 */
void segment_sizes_note(struct segment_sizes *sizes, const struct sizes_entry *reading,
                        bool is_mark, uint64_t every_ns);

/* What was read last is kept as well: there will be no more. */
void segment_sizes_end(struct segment_sizes *sizes);

/* Whether it should be written now: there is much, or it waits for long. */
bool segment_sizes_is_due(const struct segment_sizes *sizes, uint64_t now_ns);

/*
 * The payload of a block with all that is kept, which is then forgotten. Empty: there is
 * nothing. 0, or -1: memory is out.
 */
int segment_sizes_save(struct segment_sizes *sizes, struct text *payload);

/*
 * And back: check all of a payload, whose times are to be later than last_ns. 0, or -1 and
 * *error, which names no file.
 */
int sizes_batch_load(struct sizes_batch *batch, const uint8_t *payload, size_t bytes,
                     uint64_t last_ns, struct error *error);

/* All that a trace has of a process: see segments/size_history.h. */
struct size_history {
	struct sizes_entry *entries; /* by time; time_ns is since the process's start */
	size_t count, capacity;
	size_t readings; /* those that were alike and are no entries included */
	uint64_t every_ns, longest_ns; /* between readings: meant, and at most */
	struct sizes_entry highest;    /* where the most was resident; if there is any */
};

/* Whether both say the same, at whatever times. */
bool sizes_entry_is_alike(const struct sizes_entry *one, const struct sizes_entry *two);

/* Entry i of a payload that was checked. */
struct sizes_entry sizes_batch_entry(const uint8_t *payload, size_t i);

#endif
