/*
 * segments/go_arenas.h - which addresses are the heap of a Go runtime, by its own table.
 *
 * Go's heap lies in arenas of 64 MiB, wherever the runtime was given addresses: since Go 1.26
 * that is at random. mheap_.arenas (runtime/mheap.go) points to a table with a word for each
 * arena there could be, which is not 0 for those that are. On 64-bit Linux it has 2^22 words,
 * since Go 1.11. No symbol is needed: a word in the runtime's variables that points to such a
 * table is told by what the table says of all the mappings there are.
 */
#ifndef OUTLIVE_SEGMENTS_GO_ARENAS_H
#define OUTLIVE_SEGMENTS_GO_ARENAS_H

#include "process/maps.h"
#include "process/memory.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Look through the variables in [start, end) of a program that Go's linker made: the address
 * of the word that points to the table, or 0. Pages that are not in memory stay so, and of
 * very many only the first are read.
 */
uint64_t go_arenas_find(const struct process_memory *memory,
                        const struct process_maps *maps, uint64_t start, uint64_t end);

/* The table that the word at an address (or 0) points to; 0: none. */
uint64_t go_arenas_table(const struct process_memory *memory,
                         const struct process_maps *maps, uint64_t word);

/* Whether most of a mapping is in arenas of the table (not 0). */
bool go_arenas_hold(uint64_t table, const struct process_memory *memory,
                    const struct mapping *mapping);

#endif
