/*
 * elf/code_graph.h - the flow of control in a machine function: blocks of instructions, and the
 * edges between them.
 *
 * A block ends with a call, too, so that each call is the last instruction of a block.
 */
#ifndef OUTLIVE_ELF_CODE_GRAPH_H
#define OUTLIVE_ELF_CODE_GRAPH_H

#include "elf/code_step.h"
#include "elf/landing_pads.h"

#include <gelf.h>
#include <stddef.h>
#include <stdint.h>

struct code_block {
	uint64_t start;
	uint64_t target; /* of the last instruction */
	uint32_t bytes;
	uint8_t last_bytes; /* of the last instruction */
	uint8_t kind;       /* enum code_kind of the last instruction */
	uint8_t where;      /* enum code_where */
	bool is_out;        /* a jump or branch that leaves the function */
	bool is_bare;       /* for the owner of the graph; at first false */
	/*
	 * If one block leads to another without going back, it has the lower number.
	 * UINT32_MAX: the block cannot be reached from the entry.
	 */
	uint32_t order;
	uint32_t edge_first, edge_count;
};

struct code_edge {
	uint32_t to;    /* block */
	uint32_t scope; /* for the owner of the graph; at first 0 */
	bool is_back;   /* goes back to where the function was before: round a loop */
};

struct code_graph {
	struct code_block *blocks; /* sorted by address */
	uint32_t count, capacity;
	struct code_edge *edges;
	uint32_t edge_count, edge_capacity;
	uint32_t entry;  /* block */
	bool has_tables; /* jumps by tables, whose targets are inferred */
};

/* What is to be read. Addresses are those of the file. */
struct code_function {
	Elf *elf;
	unsigned machine;
	const struct code_range *ranges; /* in any order */
	size_t range_count;
	uint64_t entry;
	const struct landing_pads *pads;
	/* Whether a call that goes there never returns. */
	bool (*never_returns)(void *context, enum code_where where, uint64_t target);
	void *context;
};

/*
 * Read a function. 0, or -1: its code cannot be read or decoded, it is too large, or memory is
 * out; then the graph is empty.
 */
int code_graph_read(struct code_graph *graph, const struct code_function *function);
void code_graph_release(struct code_graph *graph);

#define CODE_BLOCK_NONE UINT32_MAX

/* The block around an address; CODE_BLOCK_NONE: there is none. */
uint32_t code_graph_find(const struct code_graph *graph, uint64_t address);

/*
 * The block that ends just before the address with a call, or (is_jump_too) with a jump out of
 * the function; CODE_BLOCK_NONE: none does.
 */
uint32_t code_graph_call(const struct code_graph *graph, uint64_t address,
                         bool is_jump_too);

/* The address of the last instruction of a block. */
static inline uint64_t code_block_last(const struct code_block *block)
{
	return block->start + block->bytes - block->last_bytes;
}

#endif
