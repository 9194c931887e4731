/* verdict/hubs.c - frames that own nearly everything. */
#include "verdict/hubs.h"

#include "elf/allocators.h"
#include "base/pair_counts.h"
#include "symbols/module_origin.h"

#include <stdlib.h>

/* Whether the node's function only starts the thread or the program, or has no name. */
static bool is_start(const struct profile *profile, const struct function_table *table,
                     uint32_t node)
{
	const struct function
		*function = &table->functions[function_of_node(table, profile, node)];

	if (!*function->name || function->module == MODULE_NONE)
		return false;
	return is_startup_name(function->name) ||
	       module_is_runtime(address_map_module(profile->map, function->module)->path,
	                         profile->process->header.executable);
}

/* Whether the reader knows the function as one that does something for itself. */
static bool is_counted(const struct function_table *table, uint32_t number)
{
	const struct function *function = &table->functions[number];

	return !function->is_library && !function->is_allocator;
}

/*
 * A node of the call tree is one call in a function: a frame of the function that makes several
 * calls has several nodes. A group is all of them: the nodes of one function whose callers are of
 * one group. Groups are numbered like nodes, callers first; the root is 0.
 */
struct grouping {
	const struct profile *profile;
	const struct function_table *table;
	uint32_t count;
	uint32_t *parents, *functions; /* by group */
	uint32_t *paths;               /* call paths through it */
	uint32_t *tops;    /* the outermost group of its thread that is no start */
	uint32_t *callees; /* functions that it calls, and that allocate */
};

/* Number the groups. 0, or -1 when memory is out. */
static int groups_number(struct grouping *grouping, uint32_t *of_node)
{
	const struct call_tree *tree = &grouping->profile->replay.tree;
	struct pair_counts known = { .slots = NULL };
	uint32_t i, function, parent, group;
	int result = 0;

	grouping->count = 1;
	for (i = 1; i < tree->count && !result; i++) {
		parent = of_node[tree->nodes[i].parent];
		function = function_of_node(grouping->table, grouping->profile, i);
		group = pair_counts_get(&known, parent, function);
		if (!group) {
			group = grouping->count++;
			grouping->parents[group] = parent;
			grouping->functions[group] = function;
			grouping->tops[group] = grouping->tops[parent];
			if (!grouping->tops[group] &&
			    !is_start(grouping->profile, grouping->table, i))
				grouping->tops[group] = group;
			result = pair_counts_add(&known, parent, function, group);
		}
		of_node[i] = group;
	}
	pair_counts_release(&known);
	return result;
}

/* What goes through each group. A caller's number is below that of what it calls. */
static void groups_count(const struct grouping *grouping, const uint32_t *of_node)
{
	const struct replay *replay = &grouping->profile->replay;
	uint32_t i;

	for (i = 1; i < replay->paths.count; i++)
		grouping->paths[of_node[replay_path(replay, i)->node]]++;
	for (i = grouping->count; i-- > 1;) {
		grouping->paths[grouping->parents[i]] += grouping->paths[i];
		grouping->callees[grouping->parents[i]] += grouping->paths[i] &&
		                                           is_counted(grouping->table,
		                                                      grouping->functions[i]);
	}
}

/* The frames around a hub own what it owns, and more. */
static void hubs_mark(struct hubs *hubs, const struct grouping *grouping)
{
	uint32_t i, top;

	for (i = grouping->count; i-- > 1;) {
		top = grouping->tops[i] ? grouping->tops[i] : i;
		hubs->is_crossing[i] = (uint64_t)grouping->paths[i] * 100 >
		                       (uint64_t)grouping->paths[top] * HUB_PERCENT;
		hubs->is_hub[i] |= hubs->is_crossing[i] && grouping->callees[i] >= HUB_CALLEES;
		hubs->is_hub[grouping->parents[i]] |= hubs->is_hub[i];
	}
}

int hubs_make(struct hubs *hubs, const struct profile *profile,
              const struct function_table *functions)
{
	size_t count = profile->replay.tree.count;
	uint32_t *numbers = calloc(count, 5 * sizeof(*numbers));
	struct grouping grouping = { .profile = profile, .table = functions };
	int result = -1;

	*hubs = (struct hubs){ calloc(count, sizeof(uint32_t)), calloc(count, sizeof(bool)),
		                   calloc(count, sizeof(bool)) };
	if (hubs->of_node && hubs->is_crossing && hubs->is_hub && numbers) {
		grouping.parents = numbers;
		grouping.functions = numbers + count;
		grouping.paths = numbers + 2 * count;
		grouping.tops = numbers + 3 * count;
		grouping.callees = numbers + 4 * count;
		result = groups_number(&grouping, hubs->of_node);
	}
	if (!result) {
		groups_count(&grouping, hubs->of_node);
		hubs_mark(hubs, &grouping);
	}
	free(numbers);
	return result;
}

void hubs_release(struct hubs *hubs)
{
	free(hubs->of_node);
	free(hubs->is_crossing);
	free(hubs->is_hub);
	*hubs = (struct hubs){ .of_node = NULL };
}

/* ---- who keeps a block ----------------------------------------------------------------- */

/* Of the blocks of the call path that were freed: how many by the function, or what it called. */
static uint64_t freed_within(const struct profile *profile,
                             const struct function_table *table, uint32_t path,
                             uint32_t function, uint64_t *all)
{
	const struct call_node *nodes = profile->replay.lives.freers.tree.nodes;
	const struct tally_cell *cells = profile->replay.lives.paths.tally.cells;
	uint32_t list = profile_life(profile, path)->freed_by, node;
	uint64_t blocks = 0;

	for (*all = 0; list; list = cells[list].next) {
		*all += cells[list].blocks;
		node = cells[list].key == TALLY_OTHERS ? CALL_ROOT : cells[list].key;
		while (node != CALL_ROOT &&
		       table->of_location[nodes[node].location] != function)
			node = nodes[node].parent;
		blocks += node == CALL_ROOT ? 0 : cells[list].blocks;
	}
	return blocks;
}

uint32_t hubs_keeper(const struct hubs *hubs, const struct profile *profile,
                     const struct function_table *functions, uint32_t path,
                     uint32_t owner, uint32_t inner)
{
	const struct call_node *nodes = profile->replay.tree.nodes;
	uint32_t node, function, outer = owner;
	const struct life_pattern *pattern = &profile_life(profile, path)->pattern;
	uint64_t all;

	/* what is called again and again, with blocks of its own each time, does own them */
	if (owner == CALL_ROOT || !hubs->is_crossing[hubs->of_node[owner]] ||
	    pattern->activations * HUB_BLOCKS_EACH > pattern->begun)
		return owner;
	for (node = inner; node != owner && node != CALL_ROOT; node = nodes[node].parent) {
		function = function_of_node(functions, profile, node);
		if (hubs->is_hub[hubs->of_node[node]] || !is_counted(functions, function))
			continue;
		if (freed_within(profile, functions, path, function, &all) * 2 > all)
			return node;
		outer = node;
	}
	return hubs->is_hub[hubs->of_node[owner]] ? outer : owner;
}
