/*
 * symbols/dwarf_bases.h - lists of ranges in a split unit count from where the unit begins, which
 * only its skeleton says. These put it into the lists.
 */
#ifndef OUTLIVE_SYMBOLS_DWARF_BASES_H
#define OUTLIVE_SYMBOLS_DWARF_BASES_H

#include <stdint.h>

/*
 * The lists of DWARF 5, each with the base in front: a new section of *bytes bytes, to be freed.
 * NULL: it is damaged, has no table of its lists, or memory is out.
 */
uint8_t *dwarf_bases_add(const uint8_t *section, uint64_t *bytes, uint64_t base);

/* Those of older versions, changed where they are. */
void dwarf_bases_add_old(uint8_t *section, uint64_t bytes, uint64_t base);

#endif
