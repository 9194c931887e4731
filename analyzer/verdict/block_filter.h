/*
 * verdict/block_filter.h - which blocks a report is about, as a user asks for them.
 *
 * Names, and which functions are wrappers, are known only after all events were read. So a filter
 * is made from a profile of all blocks, and then the events are read again for those chosen.
 */
#ifndef OUTLIVE_VERDICT_BLOCK_FILTER_H
#define OUTLIVE_VERDICT_BLOCK_FILTER_H

#include "base/error.h"
#include "base/text.h"
#include "replay/block_choice.h"
#include "verdict/class_options.h"
#include "verdict/peeling.h"
#include "verdict/stack_choice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the user asked for; strings are borrowed. Of several modules, functions or labels, any. */
struct filter_request {
	bool is_of_mappings; /* chosen are calls that map memory (replay/block_choice.h) */
	bool
		is_of_stacks; /* modules, functions and one's own code choose stacks, not blocks */
	const char *phase;  /* born in it; NULL: in any */
	const char *thread; /* tid, name, glob or part of a name (replay/thread_choice.h) */
	const char *const *labels; /* of its goroutine: "KEY=VALUE" or "KEY" */
	size_t label_count;
	const char *const *modules; /* of the function that allocates, wrappers skipped */
	size_t module_count;
	const char *const *functions; /* anywhere on the call path */
	size_t function_count;
	bool is_only_mine; /* the function that allocates is the user's own code */
	bool has_sizes;
	uint64_t size_min, size_max; /* when first allocated */
};

/* Zeroed: no filter. */
struct block_filter {
	const struct filter_request *asked;
	struct block_choice choice;
	uint8_t *paths, *labels; /* of the choice */
	struct stack_choice stacks;
	/* The wrappers that all blocks show: a part of them could show fewer. */
	struct peeling peeling;
	uint32_t function_count; /* of the table that it is for */
	struct text
		text; /* "of 24 B, allocated by thread worker-0", without control characters */
};

/* Whether any blocks are left out by it. */
bool filter_request_is_any(const struct filter_request *asked);

/*
 * `all`: a profile of all blocks, with its symbols. Returns 0; -1 and *error: something that was
 * asked for does not exist, or may be several things, and the message lists what there is; or
 * memory is out. Release it either way.
 */
int block_filter_make(struct block_filter *filter, const struct profile *all,
                      const struct class_options *options,
                      const struct filter_request *asked, struct error *error);
void block_filter_release(struct block_filter *filter);

/*
 * "24", "1K..64K", "..256" or "4K..": a number of bytes, or the least and the most. 0, or -1: it is
 * neither.
 */
int filter_sizes(const char *text, uint64_t *size_min, uint64_t *size_max);

#endif
