/*
 * elf/variables.h - finds the source file that declares a variable, in the debug information of
 * its module.
 */
#ifndef OUTLIVE_ELF_VARIABLES_H
#define OUTLIVE_ELF_VARIABLES_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct variable_files {
	bool is_read;
	size_t count, room;
	struct variable_file {
		uint64_t address; /* as the module counts addresses */
		const char *file; /* owned by the module */
	} * files;            /* sorted by address */
};

/*
 * The source file of the variable at `address`, or NULL if unknown. *files is zeroed, or was
 * used for this module before: the first call reads all variables.
 */
const char *variable_files_find(struct variable_files *files, Dwfl_Module *module,
                                uint64_t address);
void variable_files_release(struct variable_files *files);

#endif
