/* verdict/owners.c - the functions to whose frames blocks belonged. */
#include "verdict/owners.h"

#include "verdict/own_code.h"

#include <stdlib.h>

static int owner_compare(const void *one, const void *two, void *context)
{
	const struct function_table *table = context;
	const struct owner *a = one, *b = two;
	int result = own_code_compare(table, table->functions[a->function].is_mine,
	                              a->bytes, table->functions[b->function].is_mine,
	                              b->bytes);

	/* what owns nothing is cut off at the end */
	if (!a->blocks != !b->blocks)
		return a->blocks ? -1 : 1;
	if (result)
		return result;
	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	if (a->blocks != b->blocks)
		return a->blocks > b->blocks ? -1 : 1;
	return a->function < b->function ? -1 : a->function > b->function;
}

/* `all` is indexed by function. */
static void call_site_add(struct owner *all, const struct call_sites *call_sites,
                          uint32_t number)
{
	const struct call_site *call_site = &call_sites->call_sites[number];
	const struct rank *rank;
	struct owner *owner;
	size_t i;

	for (i = 0; i < call_site->summary.owners.count; i++) {
		rank = &call_site->summary.owners.ranks[i];
		owner = &all[rank->key];
		owner->blocks += rank->blocks;
		owner->bytes += rank->bytes;
		if (rank->key == call_site->function)
			owner->own_blocks += rank->blocks;
		if (rank->blocks > owner->largest) {
			owner->largest = rank->blocks;
			owner->call_site = number;
		}
	}
}

static int owners_begin(struct owners *owners, const struct classes *classes)
{
	uint32_t functions = classes->functions.count, i;

	*owners = (struct owners){ calloc(functions, sizeof(struct owner)), functions };
	if (!owners->owners)
		return -1;
	for (i = 0; i < functions; i++)
		owners->owners[i].function = i;
	return 0;
}

/* Sort, and cut off the functions that own nothing, which come last then. */
static void owners_end(struct owners *owners, const struct classes *classes)
{
	qsort_r(owners->owners, owners->count, sizeof(struct owner), owner_compare,
	        (void *)&classes->functions);
	while (owners->count && !owners->owners[owners->count - 1].blocks)
		owners->count--;
}

int owners_make(struct owners *owners, const struct classes *classes,
                const struct call_sites *call_sites)
{
	uint32_t i;

	if (owners_begin(owners, classes))
		return -1;
	for (i = 0; i < call_sites->count; i++)
		call_site_add(owners->owners, call_sites, i);
	owners_end(owners, classes);
	return 0;
}

/* ---- owners, path by path ------------------------------------------------------------- */

/* Whether the block counts, by how it is known: what is open is left out, as in evidence.c. */
static bool is_counted(const struct classes *classes, uint32_t path,
                       enum frame_proof proof, uint32_t key)
{
	return !classes->has_exact_frames ||
	       classes_proof(classes, path, proof, key) < PROOF_OPEN;
}

static void path_owners_add(struct owners *owners, const struct classes *classes,
                            uint32_t path, enum frame_proof proof)
{
	const struct tally_cell *cells = classes->profile->replay.lives.paths.tally.cells;
	uint32_t list = profile_life(classes->profile, path)->depths[proof], node;
	struct owner *owner;

	for (; list; list = cells[list].next) {
		if (!is_counted(classes, path, proof, cells[list].key))
			continue;
		node = classes_owner_node(classes, path, depth_key_depth(cells[list].key));
		owner = &owners->owners[function_of_node(&classes->functions, classes->profile,
		                                         node)];
		owner->blocks += cells[list].blocks;
		owner->bytes += cells[list].bytes;
	}
}

int owners_of_paths(struct owners *owners, const struct classes *classes)
{
	enum frame_proof proof;
	uint32_t i;

	if (owners_begin(owners, classes))
		return -1;
	for (i = 1; i < classes->profile->replay.paths.count; i++) {
		for (proof = 0; proof < PROOF_COUNT; proof++)
			path_owners_add(owners, classes, i, proof);
	}
	owners_end(owners, classes);
	return 0;
}

/* ---- keepers --------------------------------------------------------------------------- */

/* What is being added up: the blocks of one call path after the other. */
struct keeping {
	const struct classes *classes;
	const struct call_sites *call_sites;
	const struct hubs *hubs;
	struct owner *all;  /* by function */
	uint64_t *hub_most; /* by function: blocks of the call path that set its hub */
};

/* Add blocks of the path that this node owns. */
static void keeper_add(const struct keeping *keeping, uint32_t path, uint32_t owner,
                       const struct tally_cell *cell)
{
	const struct classes *classes = keeping->classes;
	uint32_t call_site = keeping->call_sites->of_path[path];
	uint32_t node = hubs_keeper(keeping->hubs, classes->profile, &classes->functions,
	                            path, owner, classes_path_node(classes, path));
	uint32_t function = function_of_node(&classes->functions, classes->profile, node);
	uint32_t exact = function_of_node(&classes->functions, classes->profile, owner);
	struct owner *keeper = &keeping->all[function];

	keeper->blocks += cell->blocks;
	keeper->bytes += cell->bytes;
	if (exact == keeping->call_sites->call_sites[call_site].function)
		keeper->own_blocks += cell->blocks;
	if (cell->blocks > keeper->largest) {
		keeper->largest = cell->blocks;
		keeper->call_site = call_site;
	}
	if (exact != function && cell->blocks > keeping->hub_most[function]) {
		keeping->hub_most[function] = cell->blocks;
		keeper->hub = exact;
	}
}

bool keeper_is_of_path(const struct classes *classes, const struct hubs *hubs,
                       uint32_t path, uint32_t function)
{
	const struct tally_cell *cells = classes->profile->replay.lives.paths.tally.cells;
	enum frame_proof proof;
	uint32_t list, node;

	for (proof = 0; proof < PROOF_COUNT; proof++) {
		list = profile_life(classes->profile, path)->depths[proof];
		for (; list; list = cells[list].next) {
			if (!is_counted(classes, path, proof, cells[list].key))
				continue;
			node = classes_owner_node(classes, path, depth_key_depth(cells[list].key));
			node = hubs_keeper(hubs, classes->profile, &classes->functions, path, node,
			                   classes_path_node(classes, path));
			if (function_of_node(&classes->functions, classes->profile, node) ==
			    function)
				return true;
		}
	}
	return false;
}

static void path_add(const struct keeping *keeping, uint32_t path,
                     enum frame_proof proof)
{
	const struct classes *classes = keeping->classes;
	const struct tally_cell *cells = classes->profile->replay.lives.paths.tally.cells;
	uint32_t list = profile_life(classes->profile, path)->depths[proof];

	for (; list; list = cells[list].next) {
		if (!is_counted(classes, path, proof, cells[list].key))
			continue;
		keeper_add(keeping, path,
		           classes_owner_node(classes, path, depth_key_depth(cells[list].key)),
		           &cells[list]);
	}
}

int keepers_make(struct owners *owners, const struct classes *classes,
                 const struct call_sites *call_sites, const struct hubs *hubs)
{
	struct keeping keeping = { classes, call_sites, hubs, NULL, NULL };
	enum frame_proof proof;
	uint32_t i;

	if (owners_begin(owners, classes))
		return -1;
	keeping.all = owners->owners;
	keeping.hub_most = calloc(classes->functions.count, sizeof(*keeping.hub_most));
	if (!keeping.hub_most)
		return -1;
	for (i = 1; i < classes->profile->replay.paths.count; i++) {
		for (proof = 0; proof < PROOF_COUNT; proof++)
			path_add(&keeping, i, proof);
	}
	free(keeping.hub_most);
	owners_end(owners, classes);
	return 0;
}

void owners_release(struct owners *owners)
{
	free(owners->owners);
	*owners = (struct owners){ NULL, 0 };
}
