/*
 * symbols/kept_instances.c - walks the flow of control from a call, and stops at calls that
 * make an event for certain: had the function come by them, that event would have been seen.
 */
#include "symbols/kept_instances.h"

#include "base/array.h"
#include "symbols/flow_scopes.h"
#include "symbols/go_cycles.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

struct chain {
	uint32_t list[DWARF_FRAMES_MAX]; /* outermost first: the machine function */
	unsigned count;
};

/* What a walk goes through. */
struct walk {
	struct module *module;
	struct function_flows *flows;
	struct function_flow *flow;
	bool is_middle; /* see kept_ways.middle */
	bool is_bare;   /* see kept_ways.is_bare; set by the walk */
	uint64_t anew;  /* of Go code: go_cycle_depths() of the call */
};

void kept_ways_release(struct kept_ways *ways)
{
	free(ways->kept);
	free(ways->middle);
	free(ways->open);
	free(ways->fresh);
}

static void chain_get(struct module *module, uint64_t offset, struct chain *chain)
{
	uint32_t inner_first[DWARF_FRAMES_MAX];
	unsigned i;

	chain->count = (unsigned)module_chain(module, offset, inner_first);
	for (i = 0; i < chain->count; i++)
		chain->list[i] = inner_first[chain->count - 1 - i];
}

/* ---- the ways from one call ----------------------------------------------------------- */

/* How many inlined instances of the chain are around `scope`, or are it. */
static unsigned depth_of(const struct instances *instances, const struct chain *chain,
                         uint32_t scope)
{
	unsigned i;

	for (; scope; scope = instances->list[scope].parent) {
		for (i = 0; i < chain->count; i++) {
			if (chain->list[i] == scope)
				return i;
		}
	}
	return 0;
}

/* Whatever is further inwards than `depth` ends: all higher bits become that bit. */
static uint64_t limited(uint64_t kept, unsigned depth)
{
	uint64_t within = depth >= 63 ? UINT64_MAX : (UINT64_C(2) << depth) - 1;

	return kept & ~within ? (kept & within) | UINT64_C(1) << depth : kept;
}

static bool ways_reserve(struct kept_ways *ways, uint32_t count)
{
	if (array_reserve(ways->kept, ways->capacity, count) ||
	    array_reserve(ways->open, ways->open_capacity, count) ||
	    array_reserve(ways->fresh, ways->fresh_capacity, count))
		return false;
	memset(ways->kept, 0, count * sizeof(*ways->kept));
	memset(ways->fresh, 0, count * sizeof(*ways->fresh));
	ways->count = count;
	return true;
}

#define FOLLOWED_MAX 64 /* blocks after a branch that are followed */

/* Whether the block is in the instance, which is number `depth` in its chains. */
static bool is_inside(const struct walk *walk, const struct code_block *block,
                      uint32_t instance, unsigned depth)
{
	uint32_t here[DWARF_FRAMES_MAX];
	unsigned count = instances_chain(walk->module->instances, walk->flow->function,
	                                 block->start + walk->module->elf_bias, here,
	                                 DWARF_FRAMES_MAX);

	return count > depth && here[depth] == instance;
}

/* Add the blocks after this one; false: one is reached by going back, not round a bare loop. */
static bool next_add(const struct code_graph *graph, const struct code_block *block,
                     uint32_t *blocks, unsigned *count)
{
	const struct code_edge *edge = &graph->edges[block->edge_first];
	unsigned i, j;

	for (i = 0; i < block->edge_count; i++, edge++) {
		/* what a call throws does not matter here */
		if (block->kind == CODE_CALL &&
		    graph->blocks[edge->to].start != block->start + block->bytes)
			continue;
		if (edge->is_back && block->is_bare && graph->blocks[edge->to].is_bare)
			continue;
		for (j = 0; j < *count && blocks[j] != edge->to; j++)
			;
		if (edge->is_back || j == FOLLOWED_MAX)
			return false;
		blocks[j] = edge->to;
		*count += j == *count;
	}
	return true;
}

/*
 * Whether all ways from a block lead into the instance, which was left before: compilers move
 * code of the function around it into its middle, so a branch there does not end it.
 */
static bool leads_back(const struct walk *walk, uint32_t number, uint32_t instance,
                       unsigned depth)
{
	const struct code_graph *graph = &walk->flow->graph;
	const struct code_block *block = &graph->blocks[number];
	uint32_t blocks[FOLLOWED_MAX];
	unsigned count = 0, i;

	if (!next_add(graph, block, blocks, &count))
		return false;
	for (i = 0; i < count; i++) {
		block = &graph->blocks[blocks[i]];
		if (is_inside(walk, block, instance, depth))
			continue;
		if (block->kind == CODE_RETURN || block->is_out ||
		    !next_add(graph, block, blocks, &count))
			return false;
	}
	return count != 0;
}

/*
 * What is kept on the way along an edge with a scope. Whether a bare loop in the middle of an
 * instance is written in that instance or around it, its code does not say: either is possible.
 */
static uint64_t edge_kept(struct walk *walk, const struct chain *chain, uint32_t number,
                          const struct code_edge *edge, uint64_t kept)
{
	const struct code_block *block = &walk->flow->graph.blocks[number];
	unsigned depth = depth_of(walk->module->instances, chain, edge->scope);
	uint64_t within = limited(kept, depth);

	if (within == kept || depth + 1 >= chain->count ||
	    !(block->is_bare || (walk->is_middle && !edge->is_back)) ||
	    !leads_back(walk, number, chain->list[depth + 1], depth + 1))
		return within;
	walk->is_bare |= block->is_bare;
	return walk->is_middle ? kept : kept | within;
}

/* Go on to the blocks after this one. *open: how many blocks are to be gone on from. */
static void ways_spread(struct kept_ways *ways, struct walk *walk,
                        const struct chain *chain, uint32_t number, uint64_t kept,
                        uint32_t *open)
{
	const struct code_graph *graph = &walk->flow->graph;
	const struct code_block *block = &graph->blocks[number];
	const struct code_edge *edge = &graph->edges[block->edge_first];
	uint64_t fresh;
	uint32_t i;

	for (i = 0; i < block->edge_count; i++, edge++) {
		fresh = edge->scope ? edge_kept(walk, chain, number, edge, kept) : kept;
		if (edge->is_back && walk->anew)
			fresh |= walk->anew & ((UINT64_C(1) << (63 - __builtin_clzll(fresh))) - 1);
		fresh &= ~ways->kept[edge->to];
		if (!fresh)
			continue;
		ways->kept[edge->to] |= fresh;
		if (!ways->fresh[edge->to])
			ways->open[(*open)++] = edge->to;
		ways->fresh[edge->to] |= fresh;
	}
}

/*
 * Find with which instances kept each block can be reached from the block of a call. The call
 * may also throw.
 */
static bool ways_find(struct kept_ways *ways, struct walk *walk,
                      const struct chain *chain, uint32_t from)
{
	uint32_t open = 0, number;
	uint64_t kept;

	if (!ways_reserve(ways, walk->flow->graph.count))
		return false;
	ways_spread(ways, walk, chain, from, UINT64_C(1) << (chain->count - 1), &open);
	while (open) {
		number = ways->open[--open];
		kept = ways->fresh[number];
		ways->fresh[number] = 0;
		if (!function_flow_is_event(walk->module, walk->flows, walk->flow, number))
			ways_spread(ways, walk, chain, number, kept, &open);
	}
	return true;
}

/* ways_find() for ways->middle and for ways->kept. */
static bool both_ways_find(struct kept_ways *ways, struct walk *walk,
                           const struct chain *chain, uint32_t from)
{
	uint64_t *kept;

	walk->is_middle = true;
	if (!ways_find(ways, walk, chain, from) ||
	    array_reserve(ways->middle, ways->middle_capacity, ways->count))
		return false;
	kept = ways->kept;
	memcpy(ways->middle, kept, ways->count * sizeof(*kept));
	walk->is_middle = false;
	return ways_find(ways, walk, chain, from);
}

/* A line and a column as one number; 0: the line is not known. */
static uint64_t position_of(int line, int column)
{
	return line > 0 ? (uint64_t)line << 32 | (uint32_t)(column > 0 ? column : 0) : 0;
}

/* The same for Go code, which has lines only; 0: it is none. */
static uint64_t go_position_at(const struct module *module, uint64_t offset,
                               unsigned depth)
{
	struct symbol_frame frames[DWARF_FRAMES_MAX];
	int count = module->go ? go_index_find(module->go, offset - 1, frames) : 0;

	return (int)depth < count ? position_of((int)frames[count - 1 - (int)depth].line, 0)
	                          : 0;
}

/* Where the call before `offset` is in the source of the instance that is number `depth`. */
static uint64_t position_at(const struct module *module, uint64_t offset,
                            unsigned depth)
{
	const struct instance *instance;
	Dwarf_Word line = 0, column = 0;
	Dwarf_Attribute attribute;
	uint64_t in_go;
	int number = 0, at = 0;
	struct chain chain;
	Dwarf_Line *row;
	Dwarf_Die die;

	in_go = go_position_at(module, offset, depth);
	if (in_go)
		return in_go;
	chain_get((struct module *)module, offset, &chain);
	if (depth + 1 < chain.count) {
		instance = instances_get(module->instances, chain.list[depth + 1]);
		if (!instance || !instance->die)
			return 0;
		die = (Dwarf_Die){ .addr = (void *)instance->die,
			               .cu = (struct Dwarf_CU *)instance->unit };
		dwarf_formudata(dwarf_attr(&die, DW_AT_call_line, &attribute), &line);
		dwarf_formudata(dwarf_attr(&die, DW_AT_call_column, &attribute), &column);
		return position_of((int)line, (int)column);
	}
	instance = depth < chain.count ? instances_get(module->instances, chain.list[depth])
	                               : NULL;
	if (!instance || !instance->die)
		return 0;
	row = dwarf_index_line(module->dwarf, offset - 1 - module->dwarf_bias);
	if (!row || dwarf_lineno(row, &number) || dwarf_linecol(row, &at))
		return 0;
	return position_of(number, at);
}

/*
 * Whether one call of an instance is further on in its source than another. If a branch of the
 * function around it lies between, the first can be in a copy of it that ended (the loop around
 * it was unrolled), or the compiler moved the branch into its middle. Copies begin anew.
 */
static bool is_later(const struct module *module, uint64_t from, uint64_t to,
                     unsigned depth)
{
	uint64_t before = position_at(module, from, depth);

	return before && position_at(module, to, depth) > before;
}

/* ---- merged ends ---------------------------------------------------------------------- */

/*
 * Whether a way leads from one block to another that goes neither back nor through the entry of
 * an instance: then the instance was entered by another copy of it.
 */
static bool is_merged(const struct walk *walk, uint32_t from, uint32_t to,
                      uint64_t entry)
{
	const struct code_graph *graph = &walk->flow->graph;
	uint32_t *open = malloc(graph->count * sizeof(*open)), count = 1, number = from, i;
	uint8_t *seen = calloc(graph->count, 1);
	const struct code_block *block;
	const struct code_edge *edge;
	bool is_found = false;

	if (open)
		open[0] = from;
	while (open && seen && count && !is_found) {
		number = open[--count];
		block = &graph->blocks[number];
		if (number != from || seen[number]) {
			if (entry - block->start < block->bytes)
				continue;
			is_found = number == to;
			if (function_flow_is_event(walk->module, walk->flows, walk->flow, number))
				continue;
		}
		for (i = 0; i < block->edge_count; i++) {
			edge = &graph->edges[block->edge_first + i];
			if (edge->is_back || seen[edge->to])
				continue;
			seen[edge->to] = 1;
			open[count++] = edge->to;
		}
	}
	free(open);
	free(seen);
	return is_found;
}

static bool is_same_origin(struct module *module, uint32_t one, uint32_t two)
{
	uint32_t origin = module_instance_origin(module, one);

	return origin && origin == module_instance_origin(module, two);
}

/* How many instances inside the `shared` outer ones are copies of the same functions. */
static uint32_t copies_count(struct module *module, const struct chain *from,
                             const struct chain *to, unsigned shared)
{
	unsigned i = shared;

	while (i < from->count && i < to->count &&
	       is_same_origin(module, from->list[i], to->list[i]))
		i++;
	return i - shared;
}

/* ---- the whole ------------------------------------------------------------------------ */

/* The instances both chains begin with. */
static unsigned shared_count(const struct chain *from, const struct chain *to)
{
	unsigned i = 0;

	while (i < from->count && i < to->count && from->list[i] == to->list[i])
		i++;
	return i;
}

uint64_t kept_instances(struct module *module, struct function_flows *flows,
                        struct kept_ways *ways, uint64_t from, uint64_t to,
                        uint32_t *merged)
{
	struct walk walk = { .module = module, .flows = flows };
	uint64_t kept, middle;
	uint32_t copies, from_block, to_block;
	struct chain chain, other;
	unsigned shared;

	*merged = 0;
	chain_get(module, from, &chain);
	chain_get(module, to, &other);
	shared = shared_count(&chain, &other);
	if (!shared)
		return 0;
	copies = copies_count(module, &chain, &other, shared);
	if (shared == 1 && !copies)
		return 1;
	walk.flow = function_flow_get(module, flows, chain.list[0]);
	if (!walk.flow || !walk.flow->graph.count)
		return shared == 1;
	from_block = code_graph_call(&walk.flow->graph, from - module->elf_bias, false);
	to_block = code_graph_call(&walk.flow->graph, to - module->elf_bias, true);
	if (from_block == CODE_BLOCK_NONE || to_block == CODE_BLOCK_NONE)
		return shared == 1;
	/* `copies` implies that `other` has one more; clang-tidy does not see that. */
	if (copies && shared < other.count &&
	    is_merged(
			&walk, from_block, to_block,
			flow_scopes_entry(walk.module, &walk.flow->graph, other.list[shared]))) {
		*merged = copies;
		return UINT64_C(1) << (shared - 1);
	}
	if (shared == 1)
		return 1;
	if (!ways->kept || ways->from != from || ways->function != chain.list[0]) {
		ways->function = 0;
		if (walk.flow->is_go)
			walk.anew = go_cycle_depths(module, &walk.flow->graph, chain.list,
			                            chain.count, from_block);
		if (!both_ways_find(ways, &walk, &chain, from_block))
			return 0;
		ways->from = from;
		ways->function = chain.list[0];
		ways->is_bare = walk.is_bare;
	}
	kept = limited(ways->kept[to_block], shared - 1);
	middle = limited(ways->middle[to_block], shared - 1);
	return (middle > kept || (ways->is_bare && middle != kept)) &&
	               is_later(module, from, to, 63 - (unsigned)__builtin_clzll(middle))
	           ? middle
	           : kept;
}
