/*
 * elf/symbols.h - finds the functions of a module in its symbol tables (.symtab, .dynsym,
 * mini-debuginfo), for code without DWARF.
 */
#ifndef OUTLIVE_ELF_SYMBOLS_H
#define OUTLIVE_ELF_SYMBOLS_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdint.h>

struct elf_symbols;

/* Read and sort the symbol tables of a module. NULL: memory is out. */
struct elf_symbols *elf_symbols_new(Dwfl_Module *module);
void elf_symbols_free(struct elf_symbols *symbols);

/*
 * The name of the function that covers the address (as the module counts addresses), or NULL.
 * The name is mangled, as in the table, but without the suffixes that compilers add to a
 * function's parts and clones. *declared (trace/symbol_table.h) distinguishes local functions
 * of the same name. Both strings live as long as the symbols and the module.
 */
const char *elf_symbols_find(struct elf_symbols *symbols, uint64_t address,
                             const char **declared);

/* Where a function's code is. */
struct code_extent {
	uint64_t low, high;
	uint64_t cold_low, cold_high; /* its part apart (`.cold`); 0: none, or not known */
};

/*
 * The code of the function that covers the address, with both its parts if the address is in
 * one of them and has the other by its name. False: no symbol covers it.
 */
bool elf_symbols_extent(const struct elf_symbols *symbols, uint64_t address,
                        struct code_extent *extent);

/*
 * The name of the symbol that begins exactly at the address, with all suffixes; NULL: none.
 * Lives as long as the module.
 */
const char *elf_symbols_at(const struct elf_symbols *symbols, uint64_t address);

/*
 * The names of the symbols, with all suffixes, in any order; NULL: there are no more. They live as
 * long as the module.
 */
const char *elf_symbols_name(const struct elf_symbols *symbols, size_t number);

#endif
