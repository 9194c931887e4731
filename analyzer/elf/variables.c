/* elf/variables.c - finds the variables of all compilation units, by address. */
#include "elf/variables.h"

#include "base/array.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX (1u << 24)

static int file_compare(const void *one, const void *two)
{
	const struct variable_file *a = one, *b = two;

	return a->address < b->address ? -1 : a->address > b->address;
}

/* False: too many, or memory is out. Then the variables so far are all there are. */
static bool file_add(struct variable_files *files, uint64_t address, const char *file)
{
	if (files->count >= FILES_MAX ||
	    array_reserve(files->files, files->room, files->count + 1))
		return false;
	files->files[files->count++] = (struct variable_file){ address, file };
	return true;
}

/*
 * Collect the variables at the top level of each unit that have one fixed address. Variables
 * on a stack, in registers or per thread have other location expressions.
 */
static void files_read(struct variable_files *files, Dwfl_Module *module)
{
	Dwarf_Die *unit = NULL, die;
	Dwarf_Attribute location;
	Dwarf_Addr bias;
	Dwarf_Op *ops;
	size_t count;
	const char *file;

	while ((unit = dwfl_module_nextcu(module, unit, &bias))) {
		if (dwarf_child(unit, &die))
			continue;
		do {
			if (dwarf_tag(&die) != DW_TAG_variable ||
			    !dwarf_attr(&die, DW_AT_location, &location) ||
			    dwarf_getlocation(&location, &ops, &count) || count != 1 ||
			    ops[0].atom != DW_OP_addr)
				continue;
			file = dwarf_decl_file(&die);
			if (file && !file_add(files, ops[0].number + bias, file))
				break;
		} while (!dwarf_siblingof(&die, &die));
	}
	if (files->count)
		qsort(files->files, files->count, sizeof(*files->files), file_compare);
}

/* Only the variable's first byte is found: its size is not read. */
const char *variable_files_find(struct variable_files *files, Dwfl_Module *module,
                                uint64_t address)
{
	struct variable_file wanted = { .address = address };
	const struct variable_file *found;

	if (!files->is_read)
		files_read(files, module);
	files->is_read = true;
	found = files->count ? bsearch(&wanted, files->files, files->count,
	                               sizeof(*files->files), file_compare)
	                     : NULL;
	return found ? found->file : NULL;
}

void variable_files_release(struct variable_files *files)
{
	free(files->files);
	*files = (struct variable_files){ .is_read = false };
}
