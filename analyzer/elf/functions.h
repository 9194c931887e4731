/*
 * elf/functions.h - where the functions of a module begin by its unwind tables: all that
 * a stripped file says of those it does not export.
 */
#ifndef OUTLIVE_ELF_FUNCTIONS_H
#define OUTLIVE_ELF_FUNCTIONS_H

#include "elf/symbols.h"

#include <elfutils/libdwfl.h>
#include <stdint.h>

struct elf_functions;

/*
 * Read the search table of .eh_frame_hdr (Linux Standard Base, "Exception Frames") of the
 * module, whose file is called `path`. NULL: there is none that can be read, or no memory.
 */
struct elf_functions *elf_functions_new(Dwfl_Module *module, const char *path);
void elf_functions_free(struct elf_functions *functions);

/*
 * A name for the function that covers the address (as the module counts addresses): file
 * name and address of its beginning, "libx.so+0x1f00". NULL: none covers it, or memory is
 * out. It lives as long as `functions`.
 */
const char *elf_functions_name(struct elf_functions *functions, uint64_t address);

/*
 * The function with a symbol that goes on in the one that covers the address, by a jump to its
 * beginning: setenv() in add_to_environ(), which a stripped libc has no name for. No frame says
 * so. NULL: none does. Of x86-64 only. It lives as long as the module.
 */
const char *elf_functions_entrance(struct elf_functions *functions,
                                   struct elf_symbols *symbols, uint64_t address);

#endif
