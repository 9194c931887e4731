/*
 * elf/imports.h - which functions of other modules the code calls: by a memory word that the
 * loader fills (GOT), directly or through a stub (PLT).
 */
#ifndef OUTLIVE_ELF_IMPORTS_H
#define OUTLIVE_ELF_IMPORTS_H

#include <gelf.h>
#include <stdint.h>

struct imports;

/* Read the relocations that name functions. NULL: memory is out. The Elf must outlive it. */
struct imports *imports_new(Elf *elf);
void imports_free(struct imports *imports);

/* The name of the function whose address the loader writes to the word at `slot`; NULL: none. */
const char *imports_slot(const struct imports *imports, uint64_t slot);

/* The name of the function that the stub at `address` jumps to; NULL: it is no stub. */
const char *imports_stub(const struct imports *imports, uint64_t address);

#endif
