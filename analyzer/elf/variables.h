/*
 * elf/variables.h - in which source file a variable is declared, by the debug information
 * of its module.
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
		uint64_t address; /* of the module */
		const char *file; /* the module's */
	} * files;            /* by address */
};

/*
 * The file, or NULL if it is not known. *files is zero, or was used for this module before:
 * all are read the first time.
 */
const char *variable_files_find(struct variable_files *files, Dwfl_Module *module,
                                uint64_t address);
void variable_files_release(struct variable_files *files);

#endif
