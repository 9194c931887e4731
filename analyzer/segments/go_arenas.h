/*
 * segments/go_arenas.h - finds which addresses are the heap of a Go runtime, by the runtime's
 * own table.
 *
 * Go's heap consists of arenas of 64 MiB, wherever the kernel gave the runtime addresses:
 * random ones since Go 1.26. mheap_.arenas (runtime/mheap.go) points to a table with one word
 * for each possible arena; the word of an arena in use is not 0. On 64-bit Linux the table has
 * 2^22 words since Go 1.11. No symbol is needed: the word among the runtime's variables that
 * points to the table is recognized because the table agrees with all mappings of the process.
 */
#ifndef OUTLIVE_SEGMENTS_GO_ARENAS_H
#define OUTLIVE_SEGMENTS_GO_ARENAS_H

#include "process/maps.h"
#include "process/memory.h"
#include "process/modules.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Search the variables in [start, end) of a program that Go's linker made. Returns the address
 * of the word that points to the table, or 0. Pages that are not in memory are not brought in,
 * and only the first 32 MiB of those in memory are read.
 */
uint64_t go_arenas_find(const struct process_memory *memory,
                        const struct process_maps *maps, uint64_t start, uint64_t end);

/* Returns the table that the word at an address points to; 0: none, or the address is 0. */
uint64_t go_arenas_table(const struct process_memory *memory,
                         const struct process_maps *maps, uint64_t word);

/*
 * Returns the table of a module that Go's linker made; 0: none yet. The search is repeated at each
 * call until the runtime has made a table; the address of the word that points to it is then kept
 * in the module.
 */
uint64_t go_arenas_of(const struct process_memory *memory,
                      const struct process_maps *maps, struct process_module *module);

/* Whether more than half of a mapping is in arenas of the table, which is not 0. */
bool go_arenas_hold(uint64_t table, const struct process_memory *memory,
                    const struct mapping *mapping);

/* An arena of 64 MiB, and where the runtime describes it (runtime/mheap.go: heapArena). */
struct go_arena {
	uint64_t start, description;
};

struct go_arenas {
	struct go_arena *arenas; /* by address */
	size_t count, room;
};

/*
 * List the arenas that have memory of which the table, which is not 0, knows. *arenas is zero;
 * the caller frees arenas->arenas. 0, or -1: memory is out.
 */
int go_arenas_list(struct go_arenas *arenas, uint64_t table,
                   const struct process_memory *memory,
                   const struct process_maps *maps);

#endif
