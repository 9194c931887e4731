/*
 * symbols/dwarf_tree.h - reads which functions are inlined into a machine function, and where.
 */
#ifndef OUTLIVE_SYMBOLS_DWARF_TREE_H
#define OUTLIVE_SYMBOLS_DWARF_TREE_H

#include "symbols/instances.h"

#include <elfutils/libdw.h>

/*
 * Enter a machine function and all instances inside it. bias: module address - DWARF address.
 * Returns the number of the function; 0: memory is out. Its key is the address of its entry.
 */
uint32_t dwarf_tree_read(struct instances *instances, Dwarf_Die *function,
                         uint64_t bias);

/* The debug entry of an instance that has one. */
Dwarf_Die dwarf_tree_die(const struct instances *instances, uint32_t number);

/* The file of a declaration; NULL: unknown. (dwarf_decl_file() asserts that it is known.) */
const char *dwarf_declared_file(Dwarf_Die *die);

#endif
