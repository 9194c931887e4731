/*
 * symbols/dwarf_index.h - finds what is at an address of one module by DWARF: the function, the
 * functions inlined there, and the lines.
 *
 * A unit is read when an address in it is first asked for, and then kept: its functions in a
 * sorted array, its lines by libdw. So the cost depends on what is asked, not on the module's
 * size.
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

#define DWARF_FRAMES_MAX 64 /* per address; innermost frames beyond are left out */

/*
 * Find the frames at an address, innermost inlined function first, into
 * frames[DWARF_FRAMES_MAX]. Function names are as the compiler wrote them (mangled). If only
 * the line is known, there is one frame with function "". Strings live as long as the index and
 * the Dwarf. Returns the number of frames, 0 when nothing is known.
 */
int dwarf_index_find(struct dwarf_index *index, uint64_t address,
                     struct symbol_frame *frames);

#endif
