/*
 * elf/imports.h - which functions the code calls by a memory word that the loader fills (GOT),
 * directly or through a stub (PLT): those of other modules by name, its own by address.
 */
#ifndef OUTLIVE_ELF_IMPORTS_H
#define OUTLIVE_ELF_IMPORTS_H

#include <gelf.h>
#include <stdint.h>

struct imports;

/* Read the relocations. NULL: memory is out. The Elf must outlive it. */
struct imports *imports_new(Elf *elf);
void imports_free(struct imports *imports);

/* The name of the function whose address the loader writes to the word at `slot`; NULL: none. */
const char *imports_slot(const struct imports *imports, uint64_t slot);

/* The address in the file that the loader writes, plus the bias, to the word; 0: none. */
uint64_t imports_own(const struct imports *imports, uint64_t slot);

/* The name of the function that the stub at `address` jumps to; NULL: it is no stub. */
const char *imports_stub(const struct imports *imports, uint64_t address);

#endif
