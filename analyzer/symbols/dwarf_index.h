/*
 * symbols/dwarf_index.h - addresses of one module by its DWARF: the function, those inlined
 * into it, and the lines.
 *
 * A unit is looked into when an address in it is first asked for, and remembered: its
 * functions in a sorted array, its lines by libdw. So the cost goes with what is asked.
 */
#ifndef OUTLIVE_SYMBOLS_DWARF_INDEX_H
#define OUTLIVE_SYMBOLS_DWARF_INDEX_H

#include "trace/symbol_table.h"

#include <elfutils/libdw.h>
#include <stdint.h>

struct dwarf_index;

/* NULL: memory is out. The Dwarf must outlive it. */
struct dwarf_index *dwarf_index_new(Dwarf *dwarf);
void dwarf_index_free(struct dwarf_index *index);

#define DWARF_FRAMES_MAX 64 /* of one address; deeper inlining is cut at the outside */

/*
 * The frames at an address, innermost inlined first, into frames[DWARF_FRAMES_MAX].
 * Function names are as the compiler wrote them (mangled); where there are lines but no
 * function, the one frame has function "". Strings live as long as the index and the Dwarf.
 * Returns how many, 0 when nothing is known.
 */
int dwarf_index_find(struct dwarf_index *index, uint64_t address,
                     struct symbol_frame *frames);

#endif
