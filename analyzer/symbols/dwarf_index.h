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

#include "symbols/dwarf_package.h"
#include "symbols/instances.h"
#include "symbols/source.h"
#include "trace/symbol_table.h"

#include <elfutils/libdw.h>
#include <stdint.h>

struct dwarf_index;

/*
 * NULL: memory is out. The Dwarf and the instances must outlive it. bias: module address -
 * DWARF address.
 */
struct dwarf_index *dwarf_index_new(Dwarf *dwarf, struct instances *instances,
                                    uint64_t bias);
void dwarf_index_free(struct dwarf_index *index);

/* Whether units are in files that were not found: a .dwp file may have them. */
bool dwarf_index_lacks_units(const struct dwarf_index *index);

/* Find them in a package. Takes ownership of the package, which may be NULL. */
void dwarf_index_package(struct dwarf_index *index, struct dwarf_package *package);

/*
 * Find the frames at an address, innermost inlined function first, into
 * frames[DWARF_FRAMES_MAX]. Function names are as the compiler wrote them (mangled). If only
 * the line is known, there is one frame with function "". Strings live as long as the index and
 * the Dwarf. Returns the number of frames, 0 when nothing is known.
 */
int dwarf_index_find(struct dwarf_index *index, uint64_t address,
                     struct symbol_frame *frames);

/*
 * The instances at an address, in the same order, into numbers[DWARF_FRAMES_MAX]. Returns their
 * number: that of the frames, or 0 if no function is known.
 */
int dwarf_index_chain(struct dwarf_index *index, uint64_t address, uint32_t *numbers);

/* The row of the line table for an address; NULL: there is none. */
Dwarf_Line *dwarf_index_line(struct dwarf_index *index, uint64_t address);

/*
 * The paths of the .dwo files that were not found, but would have the functions at addresses
 * that were asked for; NULL: there are no more.
 */
const char *dwarf_index_missing(const struct dwarf_index *index, size_t number);

/*
 * Set `function` and `declared` of *frame, which together identify the source function of an
 * instance within its module. False: the instance has no debug entry.
 */
bool dwarf_index_identify(struct dwarf_index *index, uint32_t number,
                          struct symbol_frame *frame);

#endif
