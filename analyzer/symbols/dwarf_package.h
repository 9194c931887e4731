/*
 * symbols/dwarf_package.h - finds split units in a .dwp file, which joins the .dwo files of a
 * module. libdw reads such files from 0.191 on only; this serves every libdw.
 *
 * Each unit that is asked for becomes an ELF file of its own in memory, as its .dwo file was, with
 * what it would look up in the module's file by its skeleton.
 */
#ifndef OUTLIVE_SYMBOLS_DWARF_PACKAGE_H
#define OUTLIVE_SYMBOLS_DWARF_PACKAGE_H

#include <elfutils/libdw.h>
#include <stdbool.h>

struct dwarf_package;

/*
 * Open the file at this path. NULL: there is none, it is none, or memory is out. memory_out: see
 * symbolizer_on_memory_out().
 */
struct dwarf_package *dwarf_package_open(const char *path,
                                         void (*memory_out)(void)
                                             __attribute__((noreturn)));

/* Ends all entries of its units. NULL is allowed. */
void dwarf_package_free(struct dwarf_package *package);

/* Find the unit that a skeleton stands for. False: it is not there, or is damaged. */
bool dwarf_package_unit(struct dwarf_package *package, Dwarf_Die *skeleton,
                        Dwarf_Die *unit);

#endif
