/*
 * symbols/flow_scopes.h - which instances end where a function goes round a loop, or branches.
 */
#ifndef OUTLIVE_SYMBOLS_FLOW_SCOPES_H
#define OUTLIVE_SYMBOLS_FLOW_SCOPES_H

#include "elf/code_graph.h"
#include "symbols/module.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Set the scope of edges in the graph of a machine function: the instances inside of it have
 * ended once the code goes there. Edges without one keep 0: of Go code, those that go back without
 * a jump (go_cycles.h). False: that would take too long, in a damaged or hostile file.
 *
 * Also flags the blocks of *bare* loops: they call nothing, and all their code seems to be that of
 * the scope itself. It may not be: gcc 14 leaves out the debug entries of loops that it makes work
 * on several elements at once.
 */
bool flow_scopes_set(const struct module *module, uint32_t function, bool is_go,
                     struct code_graph *graph);

/*
 * Where an instance begins, as an address of the file. Without a word in its debug entry (clang
 * writes none), it is where the code leads to first: the lowest address may be anywhere in it.
 */
uint64_t flow_scopes_entry(const struct module *module, const struct code_graph *graph,
                           uint32_t number);

#endif
