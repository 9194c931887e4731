/*
 * symbols/go_cycles.h - where a Go function, going round a loop, may enter an inlined call anew.
 *
 * Go's compiler gives reloads of registers the line of the value, wherever they stand, and leaves
 * out jumps where the next block follows: the instructions at the ends of a loop do not tell
 * which inlined function the loop is of. But each entry of an inlined call has an instruction of
 * the function around it.
 */
#ifndef OUTLIVE_SYMBOLS_GO_CYCLES_H
#define OUTLIVE_SYMBOLS_GO_CYCLES_H

#include "elf/code_graph.h"
#include "symbols/module.h"

#include <stdint.h>

/*
 * chain: the `count` instances at the end of block `from`, outermost first. Bit k of the result:
 * a cycle through the block may enter chain[k + 1] anew without leaving chain[k]. All bits if
 * that would take too long to find out.
 */
uint64_t go_cycle_depths(const struct module *module, const struct code_graph *graph,
                         const uint32_t *chain, unsigned count, uint32_t from);

#endif
