/* life_summary.c - the evidence about a set of sites. Layer 11. */
#include "life_summary.h"

static uint32_t ancestor(const struct classes *classes, uint32_t node, uint32_t levels)
{
	for (; levels && node != CALL_ROOT; levels--)
		node = classes->profile->replay.tree.nodes[node].parent;
	return node;
}

static int depths_add(struct life_summary *summary, const struct classes *classes,
                      uint32_t site, uint32_t list)
{
	const struct replay *replay = &classes->profile->replay;
	const struct tally_cell *cell;
	uint32_t peeled = classes->peeling.site_frames[site], left, owner;

	for (; list; list = cell->next) {
		cell = &replay->lives.sites.tally.cells[list];
		left = cell->key > peeled ? cell->key - peeled : 0;
		owner = ancestor(classes, replay->sites.sites[site].node, peeled + left);
		owner = function_of_node(&classes->functions, classes->profile, owner);
		if (ranking_add(&summary->depths, cell->key, cell->blocks, cell->bytes) ||
		    ranking_add(&summary->left, left, cell->blocks, cell->bytes) ||
		    ranking_add(&summary->owners, owner, cell->blocks, cell->bytes))
			return -1;
	}
	return 0;
}

/* The function that freed, of the tail of a stack; FUNCTION_NONE if nothing is known. */
static uint32_t tail_function(const struct classes *classes, uint32_t tail)
{
	const struct call_tree *tree = &classes->profile->replay.lives.freers.tree;
	const struct function_table *functions = &classes->functions;
	uint32_t function, freer = FUNCTION_NONE;

	/* From the outermost inwards: the last one that is no deallocator. */
	for (; tail != CALL_ROOT; tail = tree->nodes[tail].parent) {
		function = functions->of_location[tree->nodes[tail].location];
		if (freer == FUNCTION_NONE || !functions->functions[function].is_deallocator)
			freer = function;
	}
	return freer;
}

static int freers_add(struct life_summary *summary, const struct classes *classes,
                      uint32_t list)
{
	const struct tally_cell *cells = classes->profile->replay.lives.sites.tally.cells;
	uint32_t function;

	for (; list; list = cells[list].next) {
		function = cells[list].key == TALLY_OTHERS
		               ? FUNCTION_NONE
		               : tail_function(classes, cells[list].key);
		if (ranking_add(&summary->freers, function, cells[list].blocks,
		                cells[list].bytes))
			return -1;
	}
	return 0;
}

static uint32_t size_bits(uint64_t size)
{
	return size ? 64 - (uint32_t)__builtin_clzll(size) : 0;
}

static int sizes_add(struct life_summary *summary, const struct classes *classes,
                     const struct site *site, uint32_t list)
{
	const struct tally_cell *cells = classes->profile->replay.lives.sites.tally.cells;

	if (!list && site->allocations)
		return ranking_add(&summary->sizes, size_bits(site->size_min),
		                   site->allocations, site->bytes);
	for (; list; list = cells[list].next) {
		if (ranking_add(&summary->sizes, cells[list].key, cells[list].blocks,
		                cells[list].bytes))
			return -1;
	}
	return 0;
}

/* How often the site's own function is on its stack. */
static uint32_t recursion_of(const struct classes *classes, uint32_t site)
{
	const struct call_node *nodes = classes->profile->replay.tree.nodes;
	uint32_t node = classes_site_node(classes, site), times = 0, function;

	function = function_of_node(&classes->functions, classes->profile, node);
	for (; node != CALL_ROOT; node = nodes[node].parent)
		times += function_of_node(&classes->functions, classes->profile, node) ==
		         function;
	return times;
}

static void site_add(struct life_summary *summary, const struct classes *classes,
                     uint32_t number)
{
	const struct site *site = &classes->profile->replay.sites.sites[number];
	uint32_t peeled = classes->peeling.site_frames[number];
	uint32_t recursion = recursion_of(classes, number);

	if (!summary->site_count++) {
		summary->site = number;
		summary->size_min = UINT64_MAX;
		summary->age_min = UINT64_MAX;
		summary->peeled_min = peeled;
	}
	summary->allocations += site->allocations;
	summary->bytes += site->bytes;
	summary->reallocs += site->reallocs;
	if (site->size_min < summary->size_min)
		summary->size_min = site->size_min;
	if (site->size_max > summary->size_max)
		summary->size_max = site->size_max;
	if (site->live_max > summary->live_max)
		summary->live_max = site->live_max;
	if (recursion > summary->recursion)
		summary->recursion = recursion;
	if (peeled < summary->peeled_min)
		summary->peeled_min = peeled;
	if (peeled > summary->peeled_max)
		summary->peeled_max = peeled;
}

static void life_add(struct life_summary *summary, const struct site_life *life)
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
                     uint32_t site)
{
	const struct replay *replay = &classes->profile->replay;
	const struct site_life *life = &replay->lives.sites.sites[site];

	site_add(summary, classes, site);
	class_counts_add(&summary->counts, &classes->sites[site]);
	life_add(summary, life);
	if (depths_add(summary, classes, site, life->depths) ||
	    freers_add(summary, classes, life->freed_by) ||
	    sizes_add(summary, classes, &replay->sites.sites[site], life->sizes))
		return -1;
	/* Where every frame is inferred, that is what there is to show. */
	return classes->has_exact_frames
	           ? 0
	           : depths_add(summary, classes, site, life->depths_inferred);
}

void life_summary_sort(struct life_summary *summary)
{
	ranking_sort_keys(&summary->depths);
	ranking_sort_keys(&summary->left);
	ranking_sort(&summary->owners);
	ranking_sort(&summary->freers);
	ranking_sort_keys(&summary->sizes);
}

void life_summary_release(struct life_summary *summary)
{
	ranking_release(&summary->depths);
	ranking_release(&summary->left);
	ranking_release(&summary->owners);
	ranking_release(&summary->freers);
	ranking_release(&summary->sizes);
	*summary = (struct life_summary){ .site_count = 0 };
}
