/*
 * elf_symbols.h - the functions of a module by its symbol tables (.symtab, .dynsym,
 * mini-debuginfo), sorted, for what has no DWARF. Layer 1.
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
 * name is as in the table, mangled, and lives as long as the module.
 */
const char *elf_symbols_find(const struct elf_symbols *symbols, uint64_t address);

#endif
