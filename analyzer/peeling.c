/* peeling.c - which functions only allocate for their callers. Layer 9. */
#include "peeling.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 16 /* wrappers of wrappers of ... */

struct peeling_work {
	struct peeling *peeling;
	const struct profile *profile;
	const struct function_table *functions;
	struct peel_count {
		uint64_t escaped, stayed;
		uint32_t callers, lines;
		uint32_t caller; /* one of them */
		bool is_recursive;
	} * counts;        /* by function */
	uint32_t *part_of; /* by function: of what it may be a part; 0 */
	struct peel_pair {
		uint32_t function, other;
	} * callers, *lines; /* of functions: who calls, where in it is allocated */
	size_t caller_count, line_count;
};

const char *peel_reason_text(enum peel_reason reason)
{
	static const char *const texts[] = { "", "built in", "--wrapper", "automatic",
		                                 "part of a wrapper" };

	return texts[reason];
}

/* The name without its parameters: what a user would write. */
static bool is_user_wrapper(const char *name, const char *const *wrappers, size_t count)
{
	char plain[512];
	size_t i, length = strcspn(name, "(");

	if (length >= sizeof(plain))
		length = sizeof(plain) - 1;
	memcpy(plain, name, length);
	plain[length] = 0;
	for (i = 0; i < count; i++) {
		if (!fnmatch(wrappers[i], plain, 0) || !fnmatch(wrappers[i], name, 0))
			return true;
	}
	return false;
}

static void names_peel(struct peeling_work *work, const char *const *wrappers,
                       size_t wrapper_count)
{
	const char *name;
	uint32_t i;

	for (i = 1; i < work->functions->count; i++) {
		name = work->functions->functions[i].name;
		if (!*name)
			continue;
		if (is_user_wrapper(name, wrappers, wrapper_count))
			work->peeling->functions[i].reason = PEEL_USER;
		else if (work->functions->functions[i].is_allocator)
			work->peeling->functions[i].reason = PEEL_BUILTIN;
	}
}

/* The frame that `frames` peeled ones leave innermost; never the outermost's parent. */
static uint32_t site_peel(const struct peeling_work *work, uint32_t site,
                          uint32_t *node)
{
	const struct replay *replay = &work->profile->replay;
	uint32_t peeled = 0, function;

	*node = replay->sites.sites[site].node;
	while (replay->tree.nodes[*node].parent != CALL_ROOT) {
		function = function_of_node(work->functions, work->profile, *node);
		if (!work->peeling->functions[function].reason)
			break;
		*node = replay->tree.nodes[*node].parent;
		peeled++;
	}
	return peeled;
}

static void depths_count(const struct tally_pool *tally, uint32_t list, uint32_t peeled,
                         struct peel_count *count)
{
	for (; list; list = tally->cells[list].next) {
		if (tally->cells[list].key > peeled)
			count->escaped += tally->cells[list].blocks;
		else
			count->stayed += tally->cells[list].blocks;
	}
}

static int pair_compare(const void *one, const void *two)
{
	const struct peel_pair *a = one, *b = two;

	if (a->function != b->function)
		return a->function < b->function ? -1 : 1;
	return a->other < b->other ? -1 : a->other > b->other;
}

/* Sort the pairs and drop those that are there twice; how many are left. */
static size_t pairs_unite(struct peel_pair *pairs, size_t count)
{
	size_t from, to = 0;

	qsort(pairs, count, sizeof(*pairs), pair_compare);
	for (from = 0; from < count; from++) {
		if (!to || pair_compare(&pairs[to - 1], &pairs[from]))
			pairs[to++] = pairs[from];
	}
	return to;
}

static void pairs_count(struct peeling_work *work)
{
	size_t i, count = pairs_unite(work->callers, work->caller_count);

	for (i = 0; i < count; i++) {
		work->counts[work->callers[i].function].callers++;
		work->counts[work->callers[i].function].caller = work->callers[i].other;
	}
	count = pairs_unite(work->lines, work->line_count);
	for (i = 0; i < count; i++)
		work->counts[work->lines[i].function].lines++;
}

/* What the function at a node, innermost now, does with the blocks of a site. */
static void function_count(struct peeling_work *work, uint32_t site, uint32_t node)
{
	const struct replay *replay = &work->profile->replay;
	const struct site_life *life = &replay->lives.sites.sites[site];
	uint32_t peeled = work->peeling->site_frames[site], function, caller;
	struct peel_count *count;
	uint32_t above = replay->tree.nodes[node].parent;

	function = function_of_node(work->functions, work->profile, node);
	count = &work->counts[function];
	depths_count(&replay->lives.sites.tally, life->depths, peeled, count);
	depths_count(&replay->lives.sites.tally, life->depths_inferred, peeled, count);
	caller = function_of_node(work->functions, work->profile, above);
	work->callers[work->caller_count++] = (struct peel_pair){ function, caller };
	work->lines[work->line_count++] = (struct peel_pair){
		function, replay->tree.nodes[node].location
	};
	for (; above != CALL_ROOT && !count->is_recursive;
	     above = replay->tree.nodes[above].parent)
		count->is_recursive = function ==
		                      function_of_node(work->functions, work->profile, above);
}

static void round_count(struct peeling_work *work)
{
	const struct replay *replay = &work->profile->replay;
	uint32_t i, node;

	memset(work->counts, 0, work->functions->count * sizeof(*work->counts));
	work->caller_count = work->line_count = 0;
	for (i = 1; i < replay->sites.count; i++) {
		work->peeling->site_frames[i] = site_peel(work, i, &node);
		if (node != CALL_ROOT && replay->tree.nodes[node].parent != CALL_ROOT)
			function_count(work, i, node);
	}
	pairs_count(work);
}

/*
 * Whether anything more was peeled. What only one function calls may be a part of a
 * wrapper: it is peeled on trial, to see what its caller does with the blocks.
 */
static bool round_peel(struct peeling_work *work)
{
	const struct peel_count *count;
	bool has_more = false;
	uint32_t i;

	round_count(work);
	for (i = 1; i < work->functions->count; i++) {
		count = &work->counts[i];
		if (count->stayed || count->escaped < PEEL_BLOCKS_MIN ||
		    count->lines > PEEL_LINES_MAX || count->is_recursive ||
		    !*work->functions->functions[i].name)
			continue;
		if (count->callers == 1 && count->caller)
			work->part_of[i] = count->caller;
		else if (count->callers < PEEL_CALLERS_MIN)
			continue;
		work->peeling->functions[i].reason = work->part_of[i] ? PEEL_PART
		                                                      : PEEL_AUTOMATIC;
		work->peeling->functions[i].callers = count->callers;
		has_more = true;
	}
	return has_more;
}

/* End the trials: parts of something that turned out to be no wrapper are none. */
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

/* How much each peeled function has to do with. */
static void blocks_count(struct peeling_work *work)
{
	const struct replay *replay = &work->profile->replay;
	uint32_t i, peeled, node;
	uint64_t blocks;

	for (i = 1; i < replay->sites.count; i++) {
		blocks = replay->sites.sites[i].allocations;
		node = replay->sites.sites[i].node;
		peeled = site_peel(work, i, &work->peeling->site_frames[0]);
		work->peeling->site_frames[i] = peeled;
		for (; peeled; peeled--, node = replay->tree.nodes[node].parent)
			work->peeling
				->functions[function_of_node(work->functions, work->profile, node)]
				.blocks += blocks;
	}
	work->peeling->site_frames[0] = 0;
}

int peeling_make(struct peeling *peeling, const struct profile *profile,
                 const struct function_table *functions, const char *const *wrappers,
                 size_t wrapper_count)
{
	struct peeling_work work = { .peeling = peeling,
		                         .profile = profile,
		                         .functions = functions };
	size_t sites = profile->replay.sites.count;
	unsigned round = 0;
	int result = -1;

	peeling->functions = calloc(functions->count, sizeof(*peeling->functions));
	peeling->site_frames = calloc(sites + 1, sizeof(*peeling->site_frames));
	work.counts = calloc(functions->count, sizeof(*work.counts));
	work.part_of = calloc(functions->count, sizeof(*work.part_of));
	work.callers = malloc((sites + 1) * sizeof(*work.callers));
	work.lines = malloc((sites + 1) * sizeof(*work.lines));
	if (peeling->functions && peeling->site_frames && work.counts && work.part_of &&
	    work.callers && work.lines) {
		names_peel(&work, wrappers, wrapper_count);
		while (round++ < ROUNDS_MAX && round_peel(&work))
			;
		parts_settle(&work);
		blocks_count(&work);
		result = 0;
	}
	free(work.counts);
	free(work.part_of);
	free(work.callers);
	free(work.lines);
	return result;
}

void peeling_release(struct peeling *peeling)
{
	free(peeling->functions);
	free(peeling->site_frames);
	*peeling = (struct peeling){ NULL, NULL };
}
