/* verdict/peeling.c - which functions only allocate for their callers. */
#include "verdict/peeling.h"

#include "base/hash_index.h"
#include "elf/allocators.h"
#include "verdict/own_code.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 16 /* how deep wrappers of wrappers are searched */

/* What a function does with the blocks that it allocates itself or through wrappers. */
struct peel_count {
	uint64_t escaped, stayed;
	uint32_t callers, lines;
	uint32_t caller;          /* one of them */
	bool is_recursive, frees; /* it frees blocks that it allocated itself */
};

/* A set of pairs: a function and a caller, or a function and a location. */
struct pair_set {
	uint64_t *pairs; /* from 1 on */
	struct hash_index index;
};

/*
 * A call path counts for one function at a time: the innermost one that is no wrapper. When
 * that function turns out to be a wrapper, the path moves to the next one outwards. What it
 * counted for a wrapper is kept.
 */
struct peeling_work {
	struct peeling *peeling;
	const struct profile *profile;
	const struct function_table *functions;
	struct peel_count *counts; /* by function */
	uint32_t *part_of; /* by function: the wrapper that it may be a part of; 0: none */
	uint32_t *nodes;   /* by call path: its innermost frame that is no wrapper */
	/* by call path: that frame's function; 0 before the first round */
	uint32_t *innermost;
	struct pair_set callers; /* pairs of a function and its caller */
	struct pair_set lines; /* pairs of a function and a location in it that allocates */
};

const char *peel_reason_text(enum peel_reason reason)
{
	static const char *const texts[] = { "", "built in", "--wrapper", "automatic",
		                                 "part of a wrapper" };

	return texts[reason];
}

/* Find the wrappers that are known by name. If both reasons apply, the user's is reported. */
static void names_peel(struct peeling_work *work, const char *const *wrappers,
                       size_t wrapper_count)
{
	const char *name;
	uint32_t i;

	for (i = 1; i < work->functions->count; i++) {
		name = work->functions->functions[i].name;
		if (!*name || work->functions->functions[i].is_kept)
			continue;
		if (function_name_matches(name, wrappers, wrapper_count))
			work->peeling->functions[i].reason = PEEL_USER;
		else if (work->functions->functions[i].is_allocator)
			work->peeling->functions[i].reason = PEEL_BUILTIN;
	}
}

/*
 * Move *node outwards over wrappers, but not past the outermost frame. Returns the number of
 * frames passed.
 */
static uint32_t path_peel(const struct peeling_work *work, uint32_t *node)
{
	const struct call_node *nodes = work->profile->replay.tree.nodes;
	uint32_t peeled = 0, function;

	while (nodes[*node].parent != CALL_ROOT) {
		function = function_of_node(work->functions, work->profile, *node);
		if (!work->peeling->functions[function].reason)
			break;
		*node = nodes[*node].parent;
		peeled++;
	}
	return peeled;
}

/* A block escaped if more than the frames of wrappers had ended when it was freed. */
static void depths_count(const struct tally_pool *tally, uint32_t list, uint32_t peeled,
                         struct peel_count *count)
{
	for (; list; list = tally->cells[list].next) {
		if (depth_key_depth(tally->cells[list].key) > peeled)
			count->escaped += tally->cells[list].blocks;
		else
			count->stayed += tally->cells[list].blocks;
	}
}

static uint64_t pair_hash_of(const void *context, uint32_t number)
{
	const struct pair_set *set = context;

	return hash_words(set->pairs[number], 0);
}

static bool pair_is_same(const void *context, uint32_t number, const void *pair)
{
	return ((const struct pair_set *)context)->pairs[number] == *(const uint64_t *)pair;
}

/* Add the pair; whether it is new. There is room: a call path adds one each time it moves. */
static bool pair_add(struct pair_set *set, uint32_t function, uint32_t other)
{
	uint64_t pair = (uint64_t)function << 32 | other, hash = hash_words(pair, 0);
	uint32_t number;

	if (hash_index_find(&set->index, hash, pair_is_same, set, &pair))
		return false;
	number = set->index.count + 1;
	set->pairs[number] = pair;
	/*
	 * Without memory a pair would be counted twice; it counts as known, so fewer are
	 * wrappers.
	 */
	return !hash_index_add(&set->index, hash, number, pair_hash_of, set);
}

/* Whether the function is among those that freed the blocks. */
static bool has_freed(const struct peeling_work *work, uint32_t function, uint32_t list)
{
	const struct tally_cell *cells = work->profile->replay.lives.paths.tally.cells;

	for (; list; list = cells[list].next) {
		if (cells[list].key != TALLY_OTHERS &&
		    function_of_innermost(work->functions, work->profile, cells[list].key) ==
		        function)
			return true;
	}
	return false;
}

/* The line of the source, of which inlining makes many locations; else the location. */
static uint32_t line_of(const struct profile *profile, uint32_t location)
{
	const struct symbol_frame *frames;
	size_t count;

	frames = profile_frames(profile, location, &count);
	return count && frames[count - 1].line ? frames[count - 1].line | UINT32_C(1) << 31
	                                       : location;
}

/* Count what the function at a node, the innermost one now, does with a call path's blocks. */
static void function_count(struct peeling_work *work, uint32_t path, uint32_t node)
{
	const struct replay *replay = &work->profile->replay;
	const struct path_life *life = replay_life(replay, path);
	uint32_t peeled = work->peeling->path_frames[path], caller;
	uint32_t function = work->innermost[path];
	uint32_t above = replay->tree.nodes[node].parent;
	struct peel_count *count = &work->counts[function];
	enum frame_proof proof;

	for (proof = 0; proof < PROOF_COUNT; proof++)
		depths_count(&replay->lives.paths.tally, life->depths[proof], peeled, count);
	count->frees |= has_freed(work, function, life->freed_by);
	caller = function_of_node(work->functions, work->profile, above);
	if (pair_add(&work->callers, function, caller)) {
		count->callers++;
		count->caller = caller;
	}
	if (pair_add(&work->lines, function,
	             line_of(work->profile, replay->tree.nodes[node].location)))
		count->lines++;
	/*
	 * A function that is further out on its own call path is recursive, whatever lies in
	 * between.
	 */
	for (; above != CALL_ROOT && !count->is_recursive;
	     above = replay->tree.nodes[above].parent)
		count->is_recursive = function ==
		                      function_of_node(work->functions, work->profile, above);
}

/* Count the call paths whose innermost function became a wrapper in the last round. */
static void round_count(struct peeling_work *work)
{
	const struct replay *replay = &work->profile->replay;
	uint32_t i, *node;

	for (i = 1; i < replay->paths.count; i++) {
		if (work->innermost[i] && !work->peeling->functions[work->innermost[i]].reason)
			continue;
		node = &work->nodes[i];
		work->peeling->path_frames[i] += path_peel(work, node);
		work->innermost[i] = function_of_node(work->functions, work->profile, *node);
		if (*node != CALL_ROOT && replay->tree.nodes[*node].parent != CALL_ROOT)
			function_count(work, i, *node);
	}
}

/*
 * Find more wrappers; whether there were any. A function that only one other calls may be a
 * part of a wrapper: it is skipped on trial, to see what its caller does with the blocks.
 */
static bool round_peel(struct peeling_work *work)
{
	const struct peel_count *count;
	bool has_more = false, is_named;
	uint32_t i;

	round_count(work);
	for (i = 1; i < work->functions->count; i++) {
		count = &work->counts[i];
		if (count->stayed || count->frees || count->escaped < PEEL_BLOCKS_MIN ||
		    count->lines > PEEL_LINES_MAX || count->is_recursive ||
		    !*work->functions->functions[i].name ||
		    work->functions->functions[i].is_kept)
			continue;
		is_named = is_allocating_name(work->functions->functions[i].name);
		if (!is_named && count->callers == 1 && count->caller)
			work->part_of[i] = count->caller;
		else if (count->callers < (is_named ? 1 : PEEL_CALLERS_MIN))
			continue;
		work->peeling->functions[i].reason = work->part_of[i] ? PEEL_PART
		                                                      : PEEL_AUTOMATIC;
		work->peeling->functions[i].callers = count->callers;
		has_more = true;
	}
	return has_more;
}

/* End the trials: if the caller turned out to be no wrapper, its parts are none either. */
static void parts_settle(struct peeling_work *work)
{
	struct peel *peels = work->peeling->functions;
	bool has_more = true;
	uint32_t i;

	while (has_more) {
		has_more = false;
		for (i = 1; i < work->functions->count; i++) {
			if (peels[i].reason == PEEL_PART && !peels[work->part_of[i]].reason) {
				peels[i] = (struct peel){ .reason = PEEL_NOT };
				has_more = true;
			}
		}
	}
}

/* Count how many blocks were allocated through each wrapper. */
static void blocks_count(struct peeling_work *work)
{
	const struct replay *replay = &work->profile->replay;
	uint32_t i, peeled, node, last;
	uint64_t blocks;

	for (i = 1; i < replay->paths.count; i++) {
		blocks = replay_path(replay, i)->allocations;
		node = last = replay_path(replay, i)->node;
		peeled = path_peel(work, &last);
		work->peeling->path_frames[i] = peeled;
		for (; peeled; peeled--, node = replay->tree.nodes[node].parent)
			work->peeling
				->functions[function_of_node(work->functions, work->profile, node)]
				.blocks += blocks;
	}
}

/* 0, or -1 when memory is out. */
static int work_begin(struct peeling_work *work, size_t paths)
{
	size_t functions = work->functions->count, i,
		   pairs = (paths + 1) * (ROUNDS_MAX + 1);

	work->counts = calloc(functions, sizeof(*work->counts));
	work->part_of = calloc(functions, sizeof(*work->part_of));
	work->nodes = calloc(paths + 1, sizeof(*work->nodes));
	work->innermost = calloc(paths + 1, sizeof(*work->innermost));
	/* each call path adds at most one pair to each set in a round */
	work->callers.pairs = malloc(pairs * sizeof(*work->callers.pairs));
	work->lines.pairs = malloc(pairs * sizeof(*work->lines.pairs));
	if (!work->counts || !work->part_of || !work->nodes || !work->innermost ||
	    !work->callers.pairs || !work->lines.pairs)
		return -1;
	for (i = 1; i < paths; i++)
		work->nodes[i] = profile_path(work->profile, i)->node;
	return 0;
}

static void work_end(struct peeling_work *work)
{
	free(work->counts);
	free(work->part_of);
	free(work->nodes);
	free(work->innermost);
	free(work->callers.pairs);
	free(work->lines.pairs);
	hash_index_release(&work->callers.index);
	hash_index_release(&work->lines.index);
}

/*
 * Each round skips one more level of wrappers, until a round finds none. Trials that failed are
 * undone then, so blocks_count() must count the frames of wrappers again from the start.
 */
int peeling_make(struct peeling *peeling, const struct profile *profile,
                 const struct function_table *functions, const char *const *wrappers,
                 size_t wrapper_count)
{
	struct peeling_work work = { .peeling = peeling,
		                         .profile = profile,
		                         .functions = functions };
	size_t paths = profile->replay.paths.count;
	unsigned round = 0;
	int result = -1;

	peeling->functions = calloc(functions->count, sizeof(*peeling->functions));
	peeling->path_frames = calloc(paths + 1, sizeof(*peeling->path_frames));
	if (peeling->functions && peeling->path_frames && !work_begin(&work, paths)) {
		names_peel(&work, wrappers, wrapper_count);
		while (round++ < ROUNDS_MAX && round_peel(&work))
			;
		parts_settle(&work);
		blocks_count(&work);
		result = 0;
	}
	work_end(&work);
	return result;
}

int peeling_take(struct peeling *peeling, const struct profile *profile,
                 const struct function_table *functions, const struct peeling *from)
{
	struct peeling_work work = { .peeling = peeling,
		                         .profile = profile,
		                         .functions = functions };
	size_t paths = profile->replay.paths.count, i;

	peeling->functions = calloc(functions->count, sizeof(*peeling->functions));
	peeling->path_frames = calloc(paths + 1, sizeof(*peeling->path_frames));
	if (!peeling->functions || !peeling->path_frames)
		return -1;
	for (i = 0; i < functions->count; i++)
		peeling->functions[i] = (struct peel){ .reason = from->functions[i].reason,
			                                   .callers = from->functions[i].callers };
	blocks_count(&work);
	return 0;
}

void peeling_release(struct peeling *peeling)
{
	free(peeling->functions);
	free(peeling->path_frames);
	*peeling = (struct peeling){ NULL, NULL };
}
