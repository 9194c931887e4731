/*
 * elf/code_graph.c - decodes a function, cuts it into blocks, joins the blocks by edges, and
 * finds the edges that go back.
 */
#include "elf/code_graph.h"

#include "base/array.h"
#include "elf/code.h"
#include "elf/image.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 200000u /* instructions of a function */
#define EDGES_MAX \
	1000000u /* of a function: each jump by a table leads to many blocks */

/* From reading a word of a table to the jump there are at most so many instructions. */
#define TABLE_STEPS 8

/* One instruction. */
struct step {
	uint64_t address, target;
	uint8_t bytes, kind, where;
	bool reads_table;
	bool is_first;    /* of a block */
	bool is_entered;  /* by a jump, a throw or the caller */
	bool falls;       /* goes on with the next instruction */
	bool is_by_table; /* a jump by a table */
};

struct steps {
	const struct code_function *function;
	struct step *list; /* sorted by address */
	uint32_t count, capacity;
};

/* ---- instructions --------------------------------------------------------------------- */

static bool range_decode(struct steps *steps, const struct code_range *range)
{
	const struct code_function *function = steps->function;
	uint64_t address = range->low, left = range->high - range->low;
	const uint8_t *code = elf_image_bytes(function->elf, range->low, left);
	struct code_step step;

	if (!code)
		return false;
	while (left) {
		if (steps->count >= STEPS_MAX ||
		    !code_decode(function->machine, code, left, address, &step) ||
		    array_reserve(steps->list, steps->capacity, steps->count + 1))
			return false;
		steps->list[steps->count++] = (struct step){ .address = address,
			                                         .target = step.target,
			                                         .bytes = (uint8_t)step.bytes,
			                                         .kind = (uint8_t)step.kind,
			                                         .where = (uint8_t)step.where,
			                                         .reads_table = step.reads_table };
		code += step.bytes;
		address += step.bytes;
		left -= step.bytes;
	}
	return true;
}

static int range_compare(const void *left, const void *right)
{
	const struct code_range *a = left, *b = right;

	return a->low < b->low ? -1 : a->low > b->low;
}

/* Decode all ranges in the order of their addresses; they must not overlap. */
static bool steps_decode(struct steps *steps)
{
	size_t count = steps->function->range_count, i;
	struct code_range *ranges = count ? malloc(count * sizeof(*ranges)) : NULL;
	bool is_sound = ranges != NULL;

	if (is_sound) {
		memcpy(ranges, steps->function->ranges, count * sizeof(*ranges));
		qsort(ranges, count, sizeof(*ranges), range_compare);
	}
	for (i = 0; i < count && is_sound; i++)
		is_sound = (!i || ranges[i].low >= ranges[i - 1].high) &&
		           range_decode(steps, &ranges[i]);
	free(ranges);
	return is_sound && steps->count;
}

/* The instruction around the address (some jumps skip a prefix); NULL: none. */
static struct step *step_find(const struct steps *steps, uint64_t address)
{
	uint32_t low = 0, high = steps->count, middle;
	struct step *step;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (steps->list[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	step = low ? &steps->list[low - 1] : NULL;
	return step && address - step->address < step->bytes ? step : NULL;
}

static bool is_jump(const struct step *step)
{
	return step->kind == CODE_JUMP || step->kind == CODE_BRANCH;
}

/* Where a jump goes within the function; NULL: out of it, or it is not known. */
static struct step *jump_target(const struct steps *steps, const struct step *step)
{
	return is_jump(step) && step->where == CODE_KNOWN ? step_find(steps, step->target)
	                                                  : NULL;
}

static struct step *step_pad(const struct steps *steps, const struct step *step)
{
	uint64_t pad = step->kind == CODE_CALL && steps->function->pads->count
	                   ? landing_pads_find(steps->function->pads,
	                                       step->address + step->bytes - 1)
	                   : 0;

	return pad ? step_find(steps, pad) : NULL;
}

/* Set where each instruction leads to, apart from tables. */
static void steps_join(struct steps *steps)
{
	const struct code_function *function = steps->function;
	struct step *step = steps->list, *end = step + steps->count, *to;

	for (; step < end; step++) {
		step->falls = step->kind == CODE_PLAIN || step->kind == CODE_BLANK ||
		              step->kind == CODE_CALL || step->kind == CODE_BRANCH;
		if (step->kind == CODE_CALL &&
		    function->never_returns(function->context, step->where, step->target))
			step->falls = false;
		if (step + 1 == end || step[1].address != step->address + step->bytes)
			step->falls = false;
		to = jump_target(steps, step);
		if (to)
			to->is_entered = true;
		to = step_pad(steps, step);
		if (to)
			to->is_entered = true;
	}
	to = step_find(steps, function->entry);
	if (to)
		to->is_entered = true;
}

/* Padding that nothing leads to leads nowhere itself. */
static void padding_cut(struct steps *steps)
{
	struct step *list = steps->list;
	uint32_t i;

	for (i = 0; i < steps->count; i++) {
		if (list[i].kind == CODE_BLANK && !list[i].is_entered &&
		    (!i || !list[i - 1].falls))
			list[i].falls = false;
	}
}

static bool is_padding(const struct steps *steps, uint32_t i)
{
	return steps->list[i].kind == CODE_BLANK && !steps->list[i].is_entered &&
	       (!i || !steps->list[i - 1].falls);
}

/* Whether nothing that was read leads there: then a table does, or it is dead. */
static bool is_orphan(const struct steps *steps, uint32_t i)
{
	return !steps->list[i].is_entered && (!i || !steps->list[i - 1].falls) &&
	       steps->list[i].kind != CODE_BLANK;
}

/* ---- tables --------------------------------------------------------------------------- */

/* Whether a word of a table was read just before the jump at `i`. */
static bool is_after_table(const struct steps *steps, uint32_t i)
{
	uint32_t back;

	for (back = 1; back <= TABLE_STEPS && back <= i; back++) {
		if (steps->list[i - back].reads_table)
			return true;
	}
	return false;
}

/*
 * Find the jumps by tables. A jump to the address in a register may also leave the function. If
 * there are blocks that nothing else leads to, and no other jump, it is by a table that is read
 * in another way.
 */
static bool tables_find(struct steps *steps)
{
	bool has_orphans = false, has_tables = false;
	struct step *step;
	uint32_t i;

	for (i = 0; i < steps->count; i++) {
		step = &steps->list[i];
		has_orphans = has_orphans || is_orphan(steps, i);
		step->is_by_table = step->kind == CODE_JUMP && (step->where == CODE_TABLE ||
		                                                (step->where == CODE_REGISTER &&
		                                                 is_after_table(steps, i)));
		has_tables = has_tables || step->is_by_table;
	}
	for (i = 0; i < steps->count && has_orphans && !has_tables; i++) {
		step = &steps->list[i];
		step->is_by_table = step->kind == CODE_JUMP && (step->where == CODE_REGISTER ||
		                                                step->where == CODE_UNKNOWN);
	}
	for (i = 0; i < steps->count; i++)
		has_tables = has_tables || steps->list[i].is_by_table;
	return has_tables;
}

/* ---- blocks --------------------------------------------------------------------------- */

/* A block begins where a jump goes, and after each jump and call. */
static void blocks_begin(struct steps *steps)
{
	struct step *list = steps->list;
	uint32_t i;

	for (i = 0; i < steps->count; i++)
		list[i].is_first = !i || list[i].is_entered || !list[i - 1].falls ||
		                   list[i - 1].kind == CODE_CALL ||
		                   list[i - 1].kind == CODE_BRANCH;
}

/* Close a block whose last instruction is this one. */
static void block_end(const struct steps *steps, struct code_block *block,
                      const struct step *last)
{
	block->bytes = (uint32_t)(last->address + last->bytes - block->start);
	block->last_bytes = last->bytes;
	block->kind = last->kind;
	block->where = last->where;
	block->target = last->target;
	block->is_out = is_jump(last) && !last->is_by_table && !jump_target(steps, last);
}

static bool blocks_make(struct code_graph *graph, const struct steps *steps)
{
	const struct step *list = steps->list;
	struct code_block *block = NULL;
	uint32_t i;

	for (i = 0; i < steps->count; i++) {
		if (is_padding(steps, i)) {
			block = NULL;
			continue;
		}
		if (!block || list[i].is_first) {
			if (array_reserve(graph->blocks, graph->capacity, graph->count + 1))
				return false;
			block = &graph->blocks[graph->count++];
			*block = (struct code_block){ .start = list[i].address,
				                          .order = UINT32_MAX };
		}
		block_end(steps, block, &list[i]);
	}
	graph->entry = code_graph_find(graph, steps->function->entry);
	return graph->entry != CODE_BLOCK_NONE;
}

uint32_t code_graph_find(const struct code_graph *graph, uint64_t address)
{
	uint32_t low = 0, high = graph->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (graph->blocks[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address - graph->blocks[low - 1].start < graph->blocks[low - 1].bytes
	           ? low - 1
	           : CODE_BLOCK_NONE;
}

uint32_t code_graph_call(const struct code_graph *graph, uint64_t address,
                         bool is_jump_too)
{
	uint32_t number = code_graph_find(graph, address - 1);
	const struct code_block *block = &graph->blocks[number];

	return number != CODE_BLOCK_NONE &&
	               (block->kind == CODE_CALL || (is_jump_too && block->is_out)) &&
	               block->start + block->bytes == address
	           ? number
	           : CODE_BLOCK_NONE;
}

/* ---- edges ---------------------------------------------------------------------------- */

static bool edge_add(struct code_graph *graph, struct code_block *block, uint32_t to)
{
	if (to == CODE_BLOCK_NONE)
		return true;
	if (graph->edge_count >= EDGES_MAX ||
	    array_reserve(graph->edges, graph->edge_capacity, graph->edge_count + 1))
		return false;
	graph->edges[graph->edge_count++] = (struct code_edge){ .to = to };
	block->edge_count++;
	return true;
}

static bool table_edges_add(struct code_graph *graph, struct code_block *block,
                            const struct steps *steps)
{
	uint32_t i;

	for (i = 0; i < steps->count; i++) {
		if (is_orphan(steps, i) &&
		    !edge_add(graph, block, code_graph_find(graph, steps->list[i].address)))
			return false;
	}
	return true;
}

static bool block_edges_add(struct code_graph *graph, struct code_block *block,
                            const struct steps *steps)
{
	const struct step *last = step_find(steps, code_block_last(block)), *to;

	block->edge_first = graph->edge_count;
	if (last->falls &&
	    !edge_add(graph, block, code_graph_find(graph, last->address + last->bytes)))
		return false;
	to = jump_target(steps, last);
	if (to && !edge_add(graph, block, code_graph_find(graph, to->address)))
		return false;
	to = step_pad(steps, last);
	if (to && !edge_add(graph, block, code_graph_find(graph, to->address)))
		return false;
	return !last->is_by_table || table_edges_add(graph, block, steps);
}

/* ---- the way back --------------------------------------------------------------------- */

/* A block on the way from the entry, and its edge that is taken next. */
struct visit {
	uint32_t block, edge;
};

enum { VISIT_NEW, VISIT_OPEN, VISIT_DONE };

/*
 * Go through what can be reached from a block, depth first: an edge to a block on the present
 * way goes back.
 */
static void backs_find(struct code_graph *graph, uint32_t from, uint8_t *states,
                       struct visit *way)
{
	uint32_t order = graph->count;
	struct code_edge *edge;
	struct visit *at = way;
	struct code_block *block;

	*at = (struct visit){ from, 0 };
	states[from] = VISIT_OPEN;
	for (;;) {
		block = &graph->blocks[at->block];
		if (at->edge < block->edge_count) {
			edge = &graph->edges[block->edge_first + at->edge++];
			edge->is_back = states[edge->to] == VISIT_OPEN;
			if (states[edge->to] != VISIT_NEW)
				continue;
			states[edge->to] = VISIT_OPEN;
			*++at = (struct visit){ edge->to, 0 };
			continue;
		}
		states[at->block] = VISIT_DONE;
		if (from == graph->entry)
			block->order = --order;
		if (at-- == way)
			return;
	}
}

/* From the entry, and then from what cannot be reached from there. */
static bool backs_find_all(struct code_graph *graph)
{
	struct visit *way = malloc(graph->count * sizeof(*way));
	uint8_t *states = calloc(graph->count, 1);
	bool is_done = way && states;
	uint32_t i;

	if (is_done)
		backs_find(graph, graph->entry, states, way);
	for (i = 0; i < graph->count && is_done; i++) {
		if (states[i] == VISIT_NEW)
			backs_find(graph, i, states, way);
	}
	free(way);
	free(states);
	return is_done;
}

/* ---- the whole ------------------------------------------------------------------------ */

static bool graph_make(struct code_graph *graph, struct steps *steps)
{
	uint32_t i;

	if (!steps_decode(steps))
		return false;
	steps_join(steps);
	padding_cut(steps);
	graph->has_tables = tables_find(steps);
	blocks_begin(steps);
	if (!blocks_make(graph, steps))
		return false;
	for (i = 0; i < graph->count; i++) {
		if (!block_edges_add(graph, &graph->blocks[i], steps))
			return false;
	}
	return backs_find_all(graph);
}

int code_graph_read(struct code_graph *graph, const struct code_function *function)
{
	struct steps steps = { .function = function };
	bool is_made;

	*graph = (struct code_graph){ .blocks = NULL };
	is_made = graph_make(graph, &steps);
	free(steps.list);
	if (is_made)
		return 0;
	code_graph_release(graph);
	return -1;
}

void code_graph_release(struct code_graph *graph)
{
	free(graph->blocks);
	free(graph->edges);
	*graph = (struct code_graph){ .blocks = NULL };
}
