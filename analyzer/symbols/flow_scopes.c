/* symbols/flow_scopes.c - which inlined functions loops and branches belong to. */
#include "symbols/flow_scopes.h"

#include <stdlib.h>

#define ENTRY_RANGES_MAX 1000 /* of an instance, in which its entry is searched */
/* Instances that are searched for the scopes of one function's loops. */
#define SEARCHED_MAX UINT64_C(1000000000)

/* The innermost instance that is around both addresses. */
static uint32_t scope_of(const struct instances *instances, uint32_t function,
                         uint64_t one, uint64_t two)
{
	uint32_t first[DWARF_FRAMES_MAX], second[DWARF_FRAMES_MAX];
	unsigned count = instances_chain(instances, function, one, first, DWARF_FRAMES_MAX);
	unsigned other = instances_chain(instances, function, two, second,
	                                 DWARF_FRAMES_MAX);
	unsigned i = 0;

	while (i < count && i < other && first[i] == second[i])
		i++;
	return i ? first[i - 1] : function;
}

/*
 * The innermost instance around both ends of an edge that goes back. In Go code only jumps, calls
 * and branches say where they are; 0: one of the ends is none.
 */
static uint32_t back_scope(const struct module *module, uint32_t function, bool is_go,
                           const struct code_block *from, const struct code_block *to)
{
	uint64_t at = to->start;

	if (is_go && (from->kind <= CODE_BLANK || to->kind <= CODE_BLANK))
		return 0;
	if (is_go)
		at = code_block_last(to);
	return scope_of(module->instances, function,
	                code_block_last(from) + module->elf_bias, at + module->elf_bias);
}

/* The block that the code leads to first, of those in a range; `order` is that of another. */
static uint64_t range_entry(const struct code_graph *graph, uint64_t low, uint64_t high,
                            uint32_t *order, uint64_t entry)
{
	const struct code_block *block, *end = graph->blocks + graph->count;

	for (block = graph->blocks; block < end && block->start < high; block++) {
		if (block->start + block->bytes <= low || block->order >= *order)
			continue;
		*order = block->order;
		entry = block->start > low ? block->start : low;
	}
	return entry;
}

uint64_t flow_scopes_entry(const struct module *module, const struct code_graph *graph,
                           uint32_t number)
{
	const struct instances *instances = module->instances;
	struct instance *instance = &instances->list[number];
	const struct code_range *range = &instances->ranges[instance->range_first];
	uint64_t bias = module->elf_bias, entry = instance->low - bias;
	uint32_t order = UINT32_MAX, i;

	if (!instance->entry) {
		for (i = 0; i < instance->range_count && i < ENTRY_RANGES_MAX; i++)
			entry = range_entry(graph, range[i].low - bias, range[i].high - bias,
			                    &order, entry);
		instance->entry = entry + bias;
	}
	return instance->entry - bias;
}

/* Whether the code leads from one block to another without a third one, or round it. */
static bool leads_without(const struct code_graph *graph, uint32_t from, uint32_t to,
                          uint32_t without)
{
	uint32_t *open = malloc(graph->count * sizeof(*open)), count = 0, i;
	uint8_t *seen = calloc(graph->count, 1);
	const struct code_block *block;
	bool is_found = false;

	if (open && seen && from != without) {
		open[count++] = from;
		seen[from] = 1;
	}
	while (open && seen && count && !is_found) {
		is_found = open[--count] == to;
		block = &graph->blocks[open[count]];
		for (i = 0; i < block->edge_count; i++) {
			uint32_t next = graph->edges[block->edge_first + i].to;

			if (next == without || seen[next])
				continue;
			seen[next] = 1;
			open[count++] = next;
		}
	}
	free(open);
	free(seen);
	return is_found;
}

/*
 * A loop goes back to its first block, `to`, from a plain instruction: of that the compiler may
 * have made it one of the function around, and it says less than a jump. The instances at both the
 * block's start and `to` go on as well, if the loop does not lead through their entries.
 */
static uint32_t plain_scope(const struct module *module, uint32_t function,
                            const struct code_graph *graph, uint32_t from, uint32_t to,
                            uint32_t scope)
{
	const struct instances *instances = module->instances;
	uint32_t inner = scope_of(instances, function,
	                          graph->blocks[from].start + module->elf_bias,
	                          graph->blocks[to].start + module->elf_bias);
	uint32_t instance = inner, entry;

	for (; instance && instance != scope; instance = instances->list[instance].parent) {
		entry = code_graph_find(graph, flow_scopes_entry(module, graph, instance));
		if (entry == CODE_BLOCK_NONE || entry == to ||
		    leads_without(graph, entry, from, to))
			inner = instances->list[instance].parent;
	}
	return instance == scope ? inner : scope;
}

#define BARE_BLOCKS_MAX 32 /* of a loop */

/* Whether both ends of a block are of the scope itself, and of no function inlined in it. */
static bool is_of(const struct module *module, uint32_t function,
                  const struct code_block *block, uint32_t scope)
{
	uint64_t start = block->start + module->elf_bias;
	uint64_t last = code_block_last(block) + module->elf_bias;

	return scope_of(module->instances, function, start, start) == scope &&
	       scope_of(module->instances, function, last, last) == scope;
}

/*
 * Flag the blocks of a loop, from the first to the last one, if it is a bare one. Returns how
 * many blocks were looked up.
 */
static uint32_t bare_set(const struct module *module, uint32_t function,
                         struct code_graph *graph, uint32_t first, uint32_t last,
                         uint32_t scope)
{
	struct code_block *blocks = graph->blocks;
	uint32_t i;

	if (first > last || last - first >= BARE_BLOCKS_MAX)
		return 0;
	for (i = first; i <= last; i++) {
		if (blocks[i].kind == CODE_CALL || blocks[i].kind == CODE_RETURN ||
		    blocks[i].is_out)
			return 0;
	}
	for (i = first; i <= last; i++) {
		if (!is_of(module, function, &blocks[i], scope))
			return i - first + 1;
	}
	for (i = first; i <= last; i++)
		blocks[i].is_bare = true;
	return last - first + 1;
}

/*
 * Where a function goes back, the instructions of the jump and of its target decide. False: that
 * would take too long, in a damaged or hostile file.
 */
static bool loops_set(const struct module *module, uint32_t function, bool is_go,
                      struct code_graph *graph)
{
	uint64_t inside = module->instances->list[function].inside, searched = 0, bare = 0;
	const struct code_block *block;
	struct code_edge *edge;
	uint32_t i, j;

	for (i = 0; i < graph->count; i++) {
		block = &graph->blocks[i];
		for (j = 0; j < block->edge_count; j++) {
			edge = &graph->edges[block->edge_first + j];
			if (!edge->is_back)
				continue;
			searched += inside;
			if (searched > SEARCHED_MAX)
				return false;
			edge->scope = back_scope(module, function, is_go, block,
			                         &graph->blocks[edge->to]);
			if (!is_go && block->kind <= CODE_BLANK)
				edge->scope = plain_scope(module, function, graph, i, edge->to,
				                          edge->scope);
			/* where that would take too long, less is known */
			if (!is_go && bare <= SEARCHED_MAX / 10)
				bare += inside *
				        bare_set(module, function, graph, edge->to, i, edge->scope);
		}
	}
	return true;
}

/* Flag a block, which then leads further; *count: how many do. */
static void chooser_add(uint8_t *choosers, uint32_t *open, uint32_t *count, uint32_t to)
{
	if (choosers[to])
		return;
	choosers[to] = 1;
	open[(*count)++] = to;
}

/*
 * Find the blocks between a landing pad and the next call. They choose a handler: their branches
 * have no line, and are in whatever function comes next. NULL: memory is out.
 */
static uint8_t *choosers_find(const struct code_graph *graph)
{
	uint8_t *choosers = calloc(graph->count + 1, 1);
	uint32_t *open = malloc((graph->count + 1) * sizeof(*open)), count = 0, i, j, to;
	const struct code_block *block;

	if (!choosers || !open) {
		free(choosers);
		free(open);
		return NULL;
	}
	for (i = 0; i < graph->count; i++) {
		block = &graph->blocks[i];
		for (j = 0; block->kind == CODE_CALL && j < block->edge_count; j++) {
			to = graph->edges[block->edge_first + j].to;
			if (graph->blocks[to].start != block->start + block->bytes)
				chooser_add(choosers, open, &count, to);
		}
	}
	while (count) {
		block = &graph->blocks[open[--count]];
		for (j = 0; block->kind != CODE_CALL && j < block->edge_count; j++)
			chooser_add(choosers, open, &count, graph->edges[block->edge_first + j].to);
	}
	free(open);
	return choosers;
}

/*
 * Where a function branches in its own code, no function that is inlined there runs: the branch
 * ends them all. Without that, copies of an inlined function, as made of a loop of few turns,
 * seem to be one activation. Left out where it would take too long: less is known then.
 */
static void branches_set(const struct module *module, uint32_t function,
                         struct code_graph *graph)
{
	uint64_t inside = module->instances->list[function].inside, searched = 0;
	const struct code_block *block;
	struct code_edge *edge;
	uint8_t *choosers = choosers_find(graph);
	uint64_t last;
	uint32_t i, j;

	for (i = 0; choosers && i < graph->count; i++) {
		block = &graph->blocks[i];
		if (block->kind != CODE_BRANCH || choosers[i])
			continue;
		searched += inside;
		if (searched > SEARCHED_MAX / 10)
			break;
		last = code_block_last(block) + module->elf_bias;
		for (j = 0; j < block->edge_count; j++) {
			edge = &graph->edges[block->edge_first + j];
			if (!edge->is_back)
				edge->scope = scope_of(module->instances, function, last, last);
		}
	}
	free(choosers);
}

bool flow_scopes_set(const struct module *module, uint32_t function, bool is_go,
                     struct code_graph *graph)
{
	if (!loops_set(module, function, is_go, graph))
		return false;
	branches_set(module, function, graph);
	return true;
}
