/*
 * replay/block_choice.h - which blocks count.
 *
 * A block is chosen by its birth: who allocated it, when, how large it was then, on which call
 * path. A realloc does not change whether it counts, so every block of a process is in exactly one
 * of several choices that exclude each other, with all that is allocated for it.
 */
#ifndef OUTLIVE_REPLAY_BLOCK_CHOICE_H
#define OUTLIVE_REPLAY_BLOCK_CHOICE_H

#include "replay/thread_choice.h"
#include "trace/phases.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What belongs to all blocks, or to some: lives, and calls that returned a block. */
struct block_totals {
	uint64_t blocks, allocations, bytes;
};

/*
 * All conditions must be met. A choice may be of mappings: then calls that map or unmap memory are
 * chosen by their own size and call path, and blocks by phase and thread only.
 */
struct block_choice {
	bool is_of_mappings;
	uint32_t phase; /* born in this phase; PHASE_NUMBER_NONE: in any */
	bool has_threads, has_sizes;
	struct thread_choice threads; /* allocated by these threads */
	uint64_t size_min, size_max;  /* bytes, both included */
	/* [number]: by a goroutine with these labels; NULL: with any, or none; borrowed */
	const uint8_t *labels;
	uint32_t label_count; /* of the array */
	/* [path]: allocated (mapped) on it; NULL: on any; borrowed */
	const uint8_t *paths;
	uint32_t path_count; /* of the array: no later path is chosen */
	const char *text; /* the conditions, for people; borrowed; NULL: there are none */
};

static inline bool block_choice_is_all(const struct block_choice *choice)
{
	return choice->phase == PHASE_NUMBER_NONE && !choice->has_threads &&
	       !choice->has_sizes && !choice->paths && !choice->labels;
}

static inline bool block_choice_has_size(const struct block_choice *choice,
                                         uint64_t size)
{
	return !choice->has_sizes || choice->is_of_mappings ||
	       (size >= choice->size_min && size <= choice->size_max);
}

/* `labels`: the number of the goroutine's labels in replay/labels.h; 0: none. */
static inline bool block_choice_has_labels(const struct block_choice *choice,
                                           uint32_t labels)
{
	return !choice->labels || (labels < choice->label_count && choice->labels[labels]);
}

static inline bool block_choice_has_path(const struct block_choice *choice,
                                         uint32_t path)
{
	return !choice->paths || choice->is_of_mappings ||
	       (path < choice->path_count && choice->paths[path]);
}

/* `path`: number of the call path in replay/mappings.h; `size`: bytes of whole pages. */
static inline bool block_choice_has_mapping(const struct block_choice *choice,
                                            uint32_t path, uint64_t size)
{
	return !choice->is_of_mappings ||
	       ((!choice->has_sizes ||
	         (size >= choice->size_min && size <= choice->size_max)) &&
	        (!choice->paths || (path < choice->path_count && choice->paths[path])));
}

#endif
