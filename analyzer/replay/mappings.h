/*
 * replay/mappings.h - what each call path has mapped with mmap() and its like, and what became
 * of it. All bytes are of whole pages.
 *
 * A mapping belongs to the call path that made it, or that moved or resized it last. Its parts
 * end one by one: unmapped, moved, or replaced by another mapping at their addresses.
 */
#ifndef OUTLIVE_REPLAY_MAPPINGS_H
#define OUTLIVE_REPLAY_MAPPINGS_H

#include "replay/address_ranges.h"
#include "base/hash_index.h"
#include "segments/large_blocks.h"
#include "trace/stack_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAPPING_PAGE_BYTES 4096u

/* One call path that called mmap(), mremap(), shmat(), munmap() or shmdt(). */
struct mapping_path {
	uint32_t node;      /* of the call tree */
	uint64_t calls;     /* that mapped memory: mmap, mremap, shmat */
	uint64_t remaps;    /* mremap among these */
	uint64_t bytes;     /* that these calls mapped */
	uint64_t failed;    /* calls of any kind that failed */
	uint64_t ended;     /* of its bytes: those that are no longer mapped */
	uint64_t most;      /* of its bytes: most at once */
	uint64_t anonymous; /* of its bytes: neither of a file nor shared by shmat */
	uint64_t reserved;  /* of its bytes: mapped without any access (PROT_NONE) */
	uint64_t unmaps;    /* calls of munmap and shmdt */
	uint64_t unmapped;  /* bytes that these calls unmapped, of whichever path */
	/* At the snapshot with most resident memory, and at the last one: */
	struct mapping_use {
		uint64_t bytes;    /* mapped then */
		uint64_t writable; /* of these: in mappings whose resident part is known */
		uint64_t resident; /* of these: at least so much is resident, .. */
		uint64_t unsure;   /* .. and at most so much more */
		uint64_t other;    /* of resident and unsure: in the segment "other" */
	} highest, last;
	uint32_t file;       /* the file that it mapped last; 0: none, or unknown */
	bool has_more_files; /* it mapped others, too */
};

struct mapping_totals {
	uint64_t calls, remaps, unmaps, failed; /* as in struct mapping_path */
	uint64_t bytes, ended;
	/*
	 * Bytes unmapped that no recorded call had mapped: libc, the loader or the parent
	 * process had.
	 */
	uint64_t unknown;
	uint64_t most, most_time; /* most bytes at once, and when (quanta) */
	struct mapping_use highest, last;
};

/* Whether none of its calls is counted. */
static inline bool mapping_path_is_empty(const struct mapping_path *path)
{
	return !path->calls && !path->unmaps && !path->failed;
}

/* What is mapped at one time; see mappings_probe(). */
struct mapping_probe {
	uint64_t time; /* quanta; UINT64_MAX: never */
	const struct large_spans *spans;
	struct address_range *ranges;
	size_t count, capacity;
	bool is_done;
};

struct mappings {
	struct mapping_path *paths; /* [0]: calls that are not counted */
	uint32_t count, capacity;
	struct hash_index by_node;
	struct address_ranges ranges; /* owner: number of the path */
	char **files;                 /* [0] is none: ""; not escaped */
	uint32_t file_count, file_capacity;
	struct hash_index by_file;
	struct mapping_totals totals;
	struct mapping_probe highest, last;
};

int mappings_init(struct mappings *mappings);
void mappings_release(struct mappings *mappings);

/*
 * Call before the first event: have it remember what is mapped at the time of a snapshot with these
 * spans. `probe` is mappings->highest or ->last.
 */
void mappings_probe(struct mapping_probe *probe, uint64_t time,
                    const struct large_spans *spans);

/* The call path of a node, made if it is new; 0: memory is out. */
uint32_t mappings_path(struct mappings *mappings, uint32_t node);

/* The size of what a record maps or unmaps, in whole pages; 0: it is not known. */
uint64_t mappings_bytes(const struct mappings *mappings,
                        const struct stack_record *record);

/*
 * Apply a record of the call path (0: it is not counted) at a time. *moving: what the thread's
 * mremap() moves; zero at first. 0, or -1: memory is out.
 */
int mappings_record(struct mappings *mappings, uint32_t path,
                    const struct stack_record *record, uint64_t time, uint32_t *moving);

/* Call after the last record, once the spans are final. */
void mappings_finish(struct mappings *mappings);

#endif
