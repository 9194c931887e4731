/* verdict/classes.c - the class of each call path's blocks. */
#include "verdict/classes.h"
#include "verdict/libc_frames.h"
#include "verdict/own_code.h"

#include <stdlib.h>
#include <string.h>

const struct site_growth *classes_growth(const struct classes *classes, uint32_t path)
{
	return &classes->growths.sites[classes->growths.of_path[path]];
}

uint32_t classes_path_node(const struct classes *classes, uint32_t path)
{
	const struct replay *replay = &classes->profile->replay;
	uint32_t node = replay_path(replay, path)->node;
	uint32_t peeled = classes->peeling.path_frames[path];

	for (; peeled; peeled--)
		node = replay->tree.nodes[node].parent;
	return node;
}

/* Whether the frame counts as one of a function that the reader knows. */
static bool node_counts(const struct classes *classes, uint32_t node)
{
	uint32_t function = function_of_node(&classes->functions, classes->profile, node);

	return !classes->functions.functions[function].is_library;
}

uint32_t classes_depth_left(const struct classes *classes, uint32_t path,
                            uint32_t depth)
{
	const struct call_node *nodes = classes->profile->replay.tree.nodes;
	uint32_t node = classes_path_node(classes, path), left = 0, i;

	for (i = classes->peeling.path_frames[path]; i < depth && node != CALL_ROOT; i++) {
		left += node_counts(classes, node);
		node = nodes[node].parent;
	}
	return left;
}

uint32_t classes_owner_node(const struct classes *classes, uint32_t path,
                            uint32_t depth)
{
	const struct call_node *nodes = classes->profile->replay.tree.nodes;
	uint32_t node = classes_path_node(classes, path), owner, i;

	for (i = classes->peeling.path_frames[path]; i < depth && node != CALL_ROOT; i++)
		node = nodes[node].parent;
	for (owner = node; owner != CALL_ROOT; owner = nodes[owner].parent) {
		if (node_counts(classes, owner))
			return owner;
	}
	return node;
}

enum frame_proof classes_proof(const struct classes *classes, uint32_t path,
                               enum frame_proof proof, uint32_t key)
{
	if (proof != PROOF_SUPPORTED && proof != PROOF_OPEN)
		return proof;
	if (classes_owner_node(classes, path, depth_key_depth(key)) !=
	    classes_owner_node(classes, path, depth_key_most(key)))
		return proof;
	return key & DEPTH_KEY_USUAL ? PROOF_SUPPORTED : PROOF_PROVED;
}

/*
 * Count a tally by escape depth. A depth up to the number of wrappers means that no frame but
 * theirs had ended. Depths that are not exact are used only in a recording without exact
 * frames: there, they are all that is known.
 */
static void depths_classify(struct classes *classes, uint32_t path, uint32_t list,
                            enum frame_proof proof)
{
	const struct tally_cell *cells = classes->profile->replay.lives.paths.tally.cells;
	struct class_counts *counts = &classes->paths[path];
	uint32_t peeled = classes->peeling.path_frames[path];
	struct class_share share;
	enum frame_proof known;

	for (; list; list = cells[list].next) {
		share = (struct class_share){ cells[list].blocks, cells[list].bytes };
		known = classes_proof(classes, path, proof, cells[list].key);
		if (known == PROOF_OPEN && depth_key_depth(cells[list].key) > peeled) {
			/* It escaped from the function that allocated it, whoever owned it. */
			counts->owner_open += share.blocks;
			known = cells[list].key & DEPTH_KEY_USUAL ? PROOF_SUPPORTED : PROOF_PROVED;
		}
		counts->blocks += share.blocks;
		counts->compared_blocks += known == PROOF_COMPARED ? share.blocks : 0;
		counts->exact_blocks += known == PROOF_INFERRED || known == PROOF_COMPARED
		                            ? 0
		                            : share.blocks;
		counts->proved += known == PROOF_PROVED ? share.blocks : 0;
		counts->supported += known == PROOF_SUPPORTED ? share.blocks : 0;
		if (known == PROOF_INFERRED && classes->has_exact_frames)
			class_share_add(&counts->inferred, &share);
		else if (known == PROOF_OPEN && classes->has_exact_frames)
			class_share_add(&counts->open, &share);
		else if (depth_key_depth(cells[list].key) <= peeled)
			class_share_add(&counts->shares[CLASS_STACK], &share);
		else
			class_share_add(&counts->shares[CLASS_ESCAPING], &share);
	}
}

/* Count the blocks of a call path that have ended. */
static void ended_classify(struct classes *classes, uint32_t path)
{
	const struct path_life *life = profile_life(classes->profile, path);
	struct class_counts *counts = &classes->paths[path];
	enum frame_proof proof;

	for (proof = 0; proof < PROOF_COUNT; proof++)
		depths_classify(classes, path, life->depths[proof], proof);
	counts->shares[CLASS_STATIC] = (struct class_share){ life->static_blocks,
		                                                 life->static_bytes };
	counts->shares[CLASS_CROSSED] = (struct class_share){ life->crossed_blocks,
		                                                  life->crossed_bytes };
	counts->unknown = (struct class_share){ life->unknown_blocks, life->unknown_bytes };
	counts->blocks += life->static_blocks + life->crossed_blocks + life->unknown_blocks;
	/*
	 * These classes do not depend on frames: another thread freed the block, or no one
	 * before exit.
	 */
	if (classes->has_exact_frames)
		counts->exact_blocks += life->static_blocks + life->crossed_blocks;
	counts->proved += life->static_blocks + life->crossed_blocks;
}

/* Count a block that was never freed: for now as CLASS_STATIC if it was born before main. */
static void live_classify(struct classes *classes, const struct block *block)
{
	const struct replay *replay = &classes->profile->replay;
	struct chain origin = block_lives_origin(&replay->lives, block);
	struct class_counts *counts = &classes->paths[origin.path];
	struct class_share share = { block->weight, block->weight * block->size };
	bool is_early = classes->main_time != UINT64_MAX &&
	                origin.time < classes->main_time;

	if (!classes->shows_suppressed &&
	    suppressed_rule(&classes->suppressed, classes->profile, block)) {
		class_share_add(&counts->suppressed, &share);
		classes->hidden_blocks[block->path] += share.blocks;
		classes->hidden_bytes[block->path] += share.bytes;
		classes->growths.sites[classes->growths.of_path[block->path]]
			.hidden_bytes += share.bytes;
	} else if (profile_is_let_go(classes->profile)) {
		class_share_add(&counts->unknown, &share);
		counts->blocks += share.blocks;
		return;
	} else {
		class_share_add(&counts->shares[is_early ? CLASS_STATIC : CLASS_LIVE], &share);
		if (!is_early)
			class_share_add(&counts->kinds[classes_growth(classes, block->path)->kind],
			                &share);
	}
	counts->blocks += share.blocks;
	/* A block that was never freed outlived every frame. */
	if (classes->has_exact_frames && !origin.is_unknown)
		counts->exact_blocks += share.blocks;
	counts->proved += share.blocks;
}

/*
 * Blocks without a call path are not counted: other threads, or other phases, allocated them.
 */
static void all_live_classify(struct classes *classes)
{
	const struct live_table *live = &classes->profile->replay.live;
	size_t i;

	for (i = 0; i < (size_t)1 << live->bits; i++) {
		if (live->addresses[i] && live->blocks[i].path)
			live_classify(classes, &live->blocks[i]);
	}
}

/* The innermost frame of a call path that is no wrapper. */
static uint32_t node_peeled(const struct classes *classes, uint32_t node)
{
	const struct call_node *nodes = classes->profile->replay.tree.nodes;
	uint32_t function;

	for (; node != CALL_ROOT; node = nodes[node].parent) {
		function = function_of_node(&classes->functions, classes->profile, node);
		if (!classes->peeling.functions[function].reason)
			break;
	}
	return node;
}

/* Count blocks by the location that called the allocator, including blocks that are hidden. */
static void blocks_count(const struct classes *classes, uint64_t *blocks)
{
	const struct replay *replay = &classes->profile->replay;
	const struct call_node *nodes = replay->tree.nodes;
	uint32_t i;

	for (i = 1; i < replay->paths.count; i++)
		blocks[nodes[classes_path_node(classes, i)].location] += classes->paths[i]
		                                                             .blocks;
	for (i = 0; i < replay->tree.count; i++) {
		if (nodes[i].ignored)
			blocks[nodes[node_peeled(classes, i)].location] += nodes[i].ignored;
	}
}

/* The class of the call path's only block. */
static struct class_share *single_share(struct class_counts *counts)
{
	unsigned class;

	for (class = 0; class < CLASS_COUNT; class ++) {
		if (counts->shares[class].blocks)
			return &counts->shares[class];
	}
	return counts->inferred.blocks ? &counts->inferred
	       : counts->open.blocks   ? &counts->open
	                               : NULL;
}

/*
 * If a call site made a single block, and it was not freed before exit, it could be a global.
 */
static int single_classify(struct classes *classes)
{
	const struct replay *replay = &classes->profile->replay;
	struct class_counts *counts;
	struct class_share *from, share;
	uint32_t i, location;
	uint64_t *blocks = calloc((size_t)classes->functions.location_count + 1,
	                          sizeof(*blocks));

	if (!blocks)
		return -1;
	blocks_count(classes, blocks);
	for (i = 1; i < replay->paths.count; i++) {
		location = replay->tree.nodes[classes_path_node(classes, i)].location;
		counts = &classes->paths[i];
		if (!location || blocks[location] != 1 || counts->blocks != 1 ||
		    (!counts->shares[CLASS_LIVE].blocks &&
		     !replay_life(replay, i)->exit_blocks))
			continue;
		/* A block that is suppressed, or whose end is not known, stays what it is. */
		from = single_share(counts);
		if (!from)
			continue;
		share = *from;
		memset(counts->kinds, 0, sizeof(counts->kinds));
		*from = (struct class_share){ 0, 0 };
		counts->shares[CLASS_STATIC] = share;
	}
	free(blocks);
	return 0;
}

/*
 * When main() began, or else when it was first on a stack. UINT64_MAX for a program whose main
 * has no name.
 */
static uint64_t main_time(const struct classes *classes)
{
	const struct replay *replay = &classes->profile->replay;
	const struct phases *phases = classes->profile->phases;
	uint64_t time, first = UINT64_MAX;
	uint32_t i, function;

	if (phases->main_start != PHASE_TIME_END)
		return phases->main_start;
	for (i = 1; i < classes->functions.location_count; i++) {
		function = classes->functions.of_location[i];
		if (strcmp(classes->functions.functions[function].name, "main"))
			continue;
		time = replay_location_time(replay, i);
		if (time < first)
			first = time;
	}
	return first;
}

/* Blocks of call paths with a gap are not exact, but exact up to the gap. */
static int cuts_classify(struct classes *classes)
{
	const struct replay *replay = &classes->profile->replay;
	const struct call_node *nodes = replay->tree.nodes;
	bool *is_cut = calloc((size_t)replay->tree.count + 1, sizeof(*is_cut));
	struct class_counts *counts;
	uint32_t i;

	if (!is_cut)
		return -1;
	/* a child's number is above its parent's */
	for (i = 1; i < replay->tree.count; i++)
		is_cut[i] = nodes[i].is_cut || is_cut[nodes[i].parent];
	for (i = 1; i < replay->paths.count; i++) {
		counts = &classes->paths[i];
		if (!is_cut[replay_path(replay, i)->node])
			continue;
		counts->cut_blocks = counts->blocks;
		counts->exact_cut_blocks = counts->exact_blocks;
		counts->exact_blocks = 0;
	}
	free(is_cut);
	return 0;
}

/*
 * Which functions are wrappers must not depend on which blocks are shown: else a function could be
 * one in one report, and allocate for itself in another.
 */
static int wrappers_find(struct classes *classes, const struct class_options *options)
{
	if (options->peeling && options->peeling_functions == classes->functions.count)
		return peeling_take(&classes->peeling, classes->profile, &classes->functions,
		                    options->peeling);
	return peeling_make(&classes->peeling, classes->profile, &classes->functions,
	                    options->wrappers, options->wrapper_count);
}

/* Needs the wrappers: a call site is where a function that is none calls. 0 or -1. */
static int growths_find(struct classes *classes)
{
	const struct replay *replay = &classes->profile->replay;
	uint32_t *locations = malloc(replay->paths.count * sizeof(*locations)), i;
	int result;

	if (!locations)
		return -1;
	for (i = 1; i < replay->paths.count; i++)
		locations[i] = replay->tree.nodes[classes_path_node(classes, i)].location;
	result = site_growths_make(&classes->growths, classes->profile, locations);
	free(locations);
	return result;
}

/* Functions, and which of them are wrappers. 0 or -1. */
static int functions_find(struct classes *classes, const struct class_options *options)
{
	const struct profile *profile = classes->profile;
	uint32_t count = profile->replay.paths.count;

	classes->paths = calloc(count, sizeof(*classes->paths));
	classes->hidden_blocks = calloc(count, sizeof(uint64_t));
	classes->hidden_bytes = calloc(count, sizeof(uint64_t));
	if (!classes->paths || !classes->hidden_blocks || !classes->hidden_bytes ||
	    function_table_make(&classes->functions, profile))
		return -1;
	own_code_find(&classes->functions, profile, options);
	libc_frames_find(&classes->functions, profile);
	return wrappers_find(classes, options);
}

/*
 * Each step needs those before: wrappers need functions; depths need wrappers; live blocks need
 * the rules that hide them; a single block needs the counts of all paths. Cut paths come last,
 * because they take away from what was counted as exact.
 */
static int classes_fill(struct classes *classes, const struct class_options *options)
{
	const struct profile *profile = classes->profile;
	uint32_t i;

	if (functions_find(classes, options) ||
	    suppressed_make(&classes->suppressed, profile, options->suppressions))
		return -1;
	classes->main_time = main_time(classes);
	if (growths_find(classes))
		return -1;
	for (i = 1; i < profile->replay.paths.count; i++)
		ended_classify(classes, i);
	all_live_classify(classes);
	/* a sample cannot show that a call site made no other block */
	if ((!profile_is_sampled(profile) && single_classify(classes)) ||
	    cuts_classify(classes))
		return -1;
	for (i = 1; i < profile->replay.paths.count; i++)
		class_counts_add(&classes->all, &classes->paths[i]);
	return 0;
}

/* NULL: memory is out, also for what `fill` does. */
static struct classes *classes_make(const struct profile *profile,
                                    const struct class_options *options,
                                    int (*fill)(struct classes *classes,
                                                const struct class_options *options))
{
	static const struct class_options defaults;
	struct classes *classes = calloc(1, sizeof(*classes));

	if (!classes)
		return NULL;
	classes->profile = profile;
	classes->has_exact_frames = profile->process->header.flags & RING_FRAMES_EXACT;
	options = options ? options : &defaults;
	classes->shows_suppressed = options->shows_suppressed;
	if (fill(classes, options)) {
		classes_free(classes);
		return NULL;
	}
	return classes;
}

struct classes *classes_new(const struct profile *profile,
                            const struct class_options *options)
{
	return classes_make(profile, options, classes_fill);
}

struct classes *classes_of_functions(const struct profile *profile,
                                     const struct class_options *options)
{
	return classes_make(profile, options, functions_find);
}

void classes_free(struct classes *classes)
{
	if (!classes)
		return;
	free(classes->paths);
	free(classes->hidden_blocks);
	free(classes->hidden_bytes);
	suppressed_release(&classes->suppressed);
	peeling_release(&classes->peeling);
	site_growths_release(&classes->growths);
	function_table_release(&classes->functions);
	free(classes);
}
