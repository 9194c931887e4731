/*
 * elf/symbols.h - the functions of a module by its symbol tables (.symtab, .dynsym,
 * mini-debuginfo), sorted, for what has no DWARF.
 */
#ifndef OUTLIVE_ELF_SYMBOLS_H
#define OUTLIVE_ELF_SYMBOLS_H

#include <elfutils/libdwfl.h>
#include <stdint.h>

struct elf_symbols;

/* Read the tables of a module. NULL: memory is out. */
struct elf_symbols *elf_symbols_new(Dwfl_Module *module);
void elf_symbols_free(struct elf_symbols *symbols);

/*
 * The function that covers the address (as the module counts addresses), or NULL. The
 * name is as in the table, mangled, without what a compiler puts behind the names of a function's parts
 * and clones. *declared (trace/symbol_table.h): which it is of several local ones of that name. Both live as
 * long as the symbols and the module.
 */
const char *elf_symbols_find(struct elf_symbols *symbols, uint64_t address,
                             const char **declared);

#endif
