/*
 * elf/functions.h - finds where the functions of a module begin, by its unwind tables: a
 * stripped file says nothing else about functions that it does not export.
 */
#ifndef OUTLIVE_ELF_FUNCTIONS_H
#define OUTLIVE_ELF_FUNCTIONS_H

#include "elf/symbols.h"

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdint.h>

struct elf_functions;

/*
 * Read the search table in .eh_frame_hdr (Linux Standard Base, "Exception Frames") of the
 * module, whose file is named `path`. NULL: it has no readable table, or memory is out.
 */
struct elf_functions *elf_functions_new(Dwfl_Module *module, const char *path);
void elf_functions_free(struct elf_functions *functions);

/*
 * Make a name for the function that covers the address (as the module counts addresses): file
 * name and address of its start, "libx.so+0x1f00". NULL: none covers it, or memory is out.
 * Lives as long as `functions`.
 */
const char *elf_functions_name(struct elf_functions *functions, uint64_t address);

/*
 * The function with a symbol that continues, by a jump, in the function that covers the
 * address: setenv() for add_to_environ(), whose name a stripped libc lacks. Such a jump leaves
 * no frame behind. NULL: there is none. Works on x86-64 only. Lives as long as the module.
 */
const char *elf_functions_entrance(struct elf_functions *functions,
                                   struct elf_symbols *symbols, uint64_t address);

/* Where the function that covers the address is, likewise. False: none covers it. */
bool elf_functions_extent(const struct elf_functions *functions, uint64_t address,
                          uint64_t *low, uint64_t *high);

/*
 * The address in the file of the frame description of the function that covers the address;
 * 0: none covers it.
 */
uint64_t elf_functions_frame(const struct elf_functions *functions, uint64_t address);

#endif
