/* symbols/go_cycles.c - the blocks in a cycle with a call, and whose instructions they have. */
#include "symbols/go_cycles.h"

#include <stdbool.h>
#include <stdlib.h>

/* Bytes of blocks in a cycle, times the instances that are searched for each. */
#define SEARCHED_MAX UINT64_C(20000000)

enum { REACHED = 1, REACHES = 2 };

/* Flag all blocks that `from` leads to. `open` has room for all blocks. */
static void forward(const struct code_graph *graph, uint32_t from, uint8_t *flags,
                    uint32_t *open)
{
	const struct code_block *block;
	uint32_t count = 0, number = from, i, to;

	for (;;) {
		block = &graph->blocks[number];
		for (i = 0; i < block->edge_count; i++) {
			to = graph->edges[block->edge_first + i].to;
			if (!(flags[to] & REACHED))
				open[count++] = to;
			flags[to] |= REACHED;
		}
		if (!count)
			return;
		number = open[--count];
	}
}

/* Flag all reached blocks that lead to `from`, which is one of them if it is in a cycle. */
static void backward(const struct code_graph *graph, uint32_t from, uint8_t *flags)
{
	const struct code_block *block;
	bool has_more = true;
	uint32_t number, i, to;

	while (has_more) {
		has_more = false;
		for (number = graph->count; number-- > 0;) {
			block = &graph->blocks[number];
			for (i = 0; i < block->edge_count && !(flags[number] & REACHES); i++) {
				to = graph->edges[block->edge_first + i].to;
				if (to == from || flags[to] & REACHES) {
					flags[number] |= REACHES;
					has_more = true;
				}
			}
		}
	}
}

/* How many inlined instances of the chain are around an address. */
static unsigned depth_at(const struct instances *instances, const uint32_t *chain,
                         unsigned count, uint64_t address)
{
	uint32_t here[DWARF_FRAMES_MAX];
	unsigned met = instances_chain(instances, chain[0], address, here,
	                               DWARF_FRAMES_MAX);
	unsigned i = 1;

	while (i < met && i < count && here[i] == chain[i])
		i++;
	return i - 1;
}

static uint64_t depths_find(const struct module *module, const struct code_graph *graph,
                            const uint32_t *chain, unsigned count, const uint8_t *flags)
{
	uint64_t inside = module->instances->list[chain[0]].inside + 1, searched = 0;
	uint64_t depths = 0, address;
	const struct code_block *block;
	uint32_t i, at;

	for (i = 0; i < graph->count; i++) {
		block = &graph->blocks[i];
		if (flags[i] != (REACHED | REACHES))
			continue;
		searched += block->bytes * inside;
		if (searched > SEARCHED_MAX)
			return UINT64_MAX;
		for (at = 0; at < block->bytes; at++) {
			address = block->start + at + module->elf_bias;
			depths |= UINT64_C(1) << depth_at(module->instances, chain, count, address);
		}
	}
	return depths;
}

uint64_t go_cycle_depths(const struct module *module, const struct code_graph *graph,
                         const uint32_t *chain, unsigned count, uint32_t from)
{
	uint8_t *flags = calloc(graph->count + 1, 1);
	uint32_t *open = malloc((graph->count + 1) * sizeof(*open));
	uint64_t depths = UINT64_MAX;

	if (flags && open) {
		forward(graph, from, flags, open);
		backward(graph, from, flags);
		depths = depths_find(module, graph, chain, count, flags);
	}
	free(flags);
	free(open);
	return depths;
}
