/* verdict/evidence.c - the evidence about a set of call paths. */
#include "verdict/evidence.h"

#include "base/array.h"
#include "verdict/limits.h"

#include <stdlib.h>

const char *size_kind_text(enum size_kind kind)
{
	static const char *const texts[] = { "constant", "bounded", "unbounded" };

	return texts[kind];
}

/*
 * Add a tally by escape depth: to the depths, to the depths without wrappers, and to the
 * owners. What is open is left out, unless no frames are exact: then inferred ones are all
 * there is to show.
 */
static int depths_add(struct life_summary *summary, const struct classes *classes,
                      uint32_t path, uint32_t list, enum frame_proof proof)
{
	const struct replay *replay = &classes->profile->replay;
	const struct tally_cell *cell;
	uint32_t left, owner, depth;

	for (; list; list = cell->next) {
		cell = &replay->lives.paths.tally.cells[list];
		if (classes->has_exact_frames &&
		    classes_proof(classes, path, proof, cell->key) >= PROOF_OPEN)
			continue;
		depth = depth_key_depth(cell->key);
		left = classes_depth_left(classes, path, depth);
		owner = function_of_node(&classes->functions, classes->profile,
		                         classes_owner_node(classes, path, depth));
		if (ranking_add(&summary->depths, depth, cell->blocks, cell->bytes) ||
		    ranking_add(&summary->left, left, cell->blocks, cell->bytes) ||
		    ranking_add(&summary->owners, owner, cell->blocks, cell->bytes))
			return -1;
	}
	return 0;
}

static int finals_add(struct life_summary *summary, const struct classes *classes,
                      uint32_t list)
{
	const struct tally_cell *cells = classes->profile->replay.lives.paths.tally.cells;

	for (; list; list = cells[list].next) {
		summary->grown += cells[list].blocks;
		summary->grown_bytes += cells[list].bytes;
		if (ranking_add(&summary->finals, cells[list].key, cells[list].blocks,
		                cells[list].bytes))
			return -1;
	}
	return 0;
}

static int machine_add(struct life_summary *summary, const struct classes *classes,
                       uint32_t list)
{
	const struct tally_cell *cells = classes->profile->replay.lives.paths.tally.cells;

	for (; list; list = cells[list].next) {
		if (ranking_add(&summary->machine_depths, cells[list].key, cells[list].blocks,
		                cells[list].bytes))
			return -1;
	}
	return 0;
}

/* Rank the functions that freed, or called realloc, from a tally by innermost frames. */
static int freers_add(struct ranking *ranking, const struct classes *classes,
                      uint32_t list)
{
	const struct tally_cell *cells = classes->profile->replay.lives.paths.tally.cells;
	uint32_t function;

	for (; list; list = cells[list].next) {
		function = cells[list].key == TALLY_OTHERS
		               ? FUNCTION_NONE
		               : function_of_innermost(&classes->functions, classes->profile,
		                                       cells[list].key);
		if (ranking_add(ranking, function, cells[list].blocks, cells[list].bytes))
			return -1;
	}
	return 0;
}

static uint32_t size_bits(uint64_t size)
{
	return size ? 64 - (uint32_t)__builtin_clzll(size) : 0;
}

/*
 * Add the sizes of a call path's blocks. Without a tally, all of them have the one size
 * size_min.
 */
static int sizes_add(struct life_summary *summary, const struct classes *classes,
                     const struct call_path *path, uint32_t list)
{
	const struct tally_cell *cells = classes->profile->replay.lives.paths.tally.cells;

	if (!list && path->allocations)
		return ranking_add(&summary->sizes, size_bits(path->size_min),
		                   path->allocations, path->bytes);
	for (; list; list = cells[list].next) {
		if (ranking_add(&summary->sizes, cells[list].key, cells[list].blocks,
		                cells[list].bytes))
			return -1;
	}
	return 0;
}

/* How many frames of the call path are activations of its own function. */
static uint32_t recursion_of(const struct classes *classes, uint32_t path)
{
	const struct call_node *nodes = classes->profile->replay.tree.nodes;
	uint32_t node = classes_path_node(classes, path), times = 0, function;

	function = function_of_node(&classes->functions, classes->profile, node);
	for (; node != CALL_ROOT; node = nodes[node].parent)
		times += function_of_node(&classes->functions, classes->profile, node) ==
		         function;
	return times;
}

static uint32_t deepest(const struct tally_cell *cells, uint32_t list, uint32_t depth)
{
	for (; list; list = cells[list].next) {
		if (depth_key_depth(cells[list].key) > depth)
			depth = depth_key_depth(cells[list].key);
	}
	return depth;
}

/* The call path, and the outermost function that owned blocks of it. */
static struct summary_path summary_path_of(const struct classes *classes, uint32_t path)
{
	const struct replay *replay = &classes->profile->replay;
	const struct path_life *life = replay_life(replay, path);
	const struct tally_cell *cells = replay->lives.paths.tally.cells;
	uint32_t depth = classes->peeling.path_frames[path], node;
	enum frame_proof proof;

	for (proof = 0; proof < PROOF_COUNT; proof++)
		depth = deepest(cells, life->depths[proof], depth);
	node = classes_owner_node(classes, path, depth);
	return (struct summary_path){
		path, function_of_node(&classes->functions, classes->profile, node),
		node == CALL_ROOT ? CALL_ROOT : replay->tree.nodes[node].parent
	};
}

/* Remember the call path. 0, or -1 when memory is out. */
static int path_list(struct life_summary *summary, const struct classes *classes,
                     uint32_t path)
{
	if (array_reserve(summary->paths, summary->path_capacity, summary->path_count + 1))
		return -1;
	summary->paths[summary->path_count] = summary_path_of(classes, path);
	return 0;
}

/*
 * Add the totals of a call path. How many blocks were live at once in all paths is not
 * recorded: at least the most of one path, or all at the process's peak; at most the sum over
 * all paths.
 */
static void path_add(struct life_summary *summary, const struct classes *classes,
                     uint32_t number)
{
	const struct call_path *path = profile_path(classes->profile, number);
	uint32_t peeled = classes->peeling.path_frames[number];
	uint32_t recursion = recursion_of(classes, number);

	if (!summary->path_count++) {
		summary->path = number;
		summary->size_min = UINT64_MAX;
		summary->age_min = UINT64_MAX;
		summary->peeled_min = peeled;
	}
	summary->allocations += path->allocations;
	summary->bytes += path->bytes;
	summary->reallocs += path->reallocs;
	if (path->size_min < summary->size_min)
		summary->size_min = path->size_min;
	if (path->size_max > summary->size_max)
		summary->size_max = path->size_max;
	if (path->live_max > summary->live_max)
		summary->live_max = path->live_max;
	summary->live_most += path->live_max;
	summary->live_at_peak += path->share.peak_blocks;
	summary->at_peak += path->share.peak_bytes;
	summary->live_least = summary->live_max > summary->live_at_peak
	                          ? summary->live_max
	                          : summary->live_at_peak;
	if (recursion > summary->recursion)
		summary->recursion = recursion;
	if (peeled < summary->peeled_min)
		summary->peeled_min = peeled;
	if (peeled > summary->peeled_max)
		summary->peeled_max = peeled;
}

static void life_add(struct life_summary *summary, const struct path_life *life)
{
	unsigned i;

	summary->ended += life->ended;
	summary->age_sum += life->age_sum;
	if (life->age_min < summary->age_min)
		summary->age_min = life->age_min;
	if (life->age_max > summary->age_max)
		summary->age_max = life->age_max;
	for (i = 0; i < AGE_CLASSES; i++)
		summary->ages[i] += life->ages[i];
	summary->between_sum += life->between_sum;
	summary->youngest += life->youngest;
	summary->chains += life->chains;
	summary->chain_reallocs += life->chain_reallocs;
	if (life->chain_longest > summary->chain_longest)
		summary->chain_longest = life->chain_longest;
}

int life_summary_add(struct life_summary *summary, const struct classes *classes,
                     uint32_t path)
{
	const struct replay *replay = &classes->profile->replay;
	const struct path_life *life = replay_life(replay, path);
	enum frame_proof proof;

	/* before path_add(), which counts the entry that this one fills in */
	if (path_list(summary, classes, path))
		return -1;
	path_add(summary, classes, path);
	class_counts_add(&summary->counts, &classes->paths[path]);
	life_add(summary, life);
	for (proof = 0; proof < PROOF_COUNT; proof++) {
		if (depths_add(summary, classes, path, life->depths[proof], proof))
			return -1;
	}
	if (machine_add(summary, classes,
	                classes->has_exact_frames ? life->machine_depths
	                                          : life->machine_inferred) ||
	    freers_add(&summary->freers, classes, life->freed_by) ||
	    freers_add(&summary->movers, classes, life->realloced_by) ||
	    sizes_add(summary, classes, replay_path(replay, path), life->sizes) ||
	    finals_add(summary, classes, life->finals))
		return -1;
	return 0;
}

/* A size that was enough for about half of the blocks that grew. */
static void median_find(struct life_summary *summary)
{
	uint64_t blocks = 0;
	size_t i;

	ranking_sort_keys(&summary->finals);
	for (i = 0; i < summary->finals.count && blocks * 2 < summary->grown; i++) {
		blocks += summary->finals.ranks[i].blocks;
		summary->grown_median = summary->finals.ranks[i].bytes /
		                        summary->finals.ranks[i].blocks;
	}
}

/*
 * A sample has too few blocks to show how many there were at once, how large the largest was, or
 * what came after what. Each call of an allocator begins a life of its own in it.
 */
static void sampled_forget(struct life_summary *summary)
{
	summary->is_sampled = true;
	summary->begun = summary->allocations;
	summary->settled = summary->grown = 0;
	summary->at_once = summary->at_once_min = 0;
	summary->size_kind = summary->crowd_kind = SIZE_UNBOUNDED;
	summary->goes_together = false;
}

void life_summary_sort(struct life_summary *summary, const struct classes *classes)
{
	ranking_sort_keys(&summary->depths);
	ranking_sort_keys(&summary->machine_depths);
	ranking_sort_keys(&summary->left);
	ranking_sort(&summary->owners);
	ranking_sort(&summary->freers);
	ranking_sort(&summary->movers);
	ranking_sort_keys(&summary->sizes);
	if (!summary->path_count)
		return;
	limits_of_sizes(summary, classes);
	limits_of_crowd(summary, classes);
	median_find(summary);
	if (profile_is_sampled(classes->profile))
		sampled_forget(summary);
}

bool has_uneven_finals(const struct life_summary *summary)
{
	return summary->grown_median * 2 < summary->largest_max;
}

bool has_single_owner(const struct life_summary *summary)
{
	return summary->owners.count == 1;
}

uint32_t single_level(const struct life_summary *summary)
{
	return summary->left.count == 1 ? summary->left.ranks[0].key : 0;
}

void life_summary_release(struct life_summary *summary)
{
	ranking_release(&summary->depths);
	ranking_release(&summary->machine_depths);
	ranking_release(&summary->left);
	ranking_release(&summary->owners);
	ranking_release(&summary->freers);
	ranking_release(&summary->movers);
	ranking_release(&summary->sizes);
	ranking_release(&summary->finals);
	free(summary->paths);
	*summary = (struct life_summary){ .path_count = 0 };
}
