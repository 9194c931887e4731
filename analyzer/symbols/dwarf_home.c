/* symbols/dwarf_home.c - whose a function is, by its debug entry. */
#include "symbols/dwarf_home.h"

#include "elf/library_name.h"
#include "symbols/dwarf_tree.h"

#include <dwarf.h>
#include <stdbool.h>
#include <string.h>

#define NESTING_MAX 64 /* of scopes: those of a damaged unit may form a cycle */

/*
 * A function without a linkage name belongs to the function around it, or else to its outermost
 * namespace. Sets *file to that of the first scope that has one, unless it is set: the function
 * of a lambda has no declaration, but its class has one.
 */
static bool is_in_library_scope(struct dwarf_scopes *scopes, Dwarf_Die *function,
                                const char **file)
{
	const char *name = NULL, *linkage;
	Dwarf_Die scope = *function;
	unsigned nesting = 0;
	int tag;

	while (nesting++ < NESTING_MAX && dwarf_scopes_outer(scopes, &scope)) {
		tag = dwarf_tag(&scope);
		linkage = tag == DW_TAG_subprogram ? dwarf_linkage_name(&scope) : NULL;
		name = tag == DW_TAG_namespace ? dwarf_diename(&scope) : NULL;
		if (!*file)
			*file = dwarf_declared_file(&scope);
		if (linkage)
			return is_library_symbol(linkage);
	}
	return name && is_library_namespace(name, strlen(name));
}

/* Debug information of lines only (-g1) has neither linkage names nor scopes, but files. */
void dwarf_home_set(struct dwarf_scopes *scopes, Dwarf_Die *function,
                    struct symbol_frame *frame)
{
	const char *linkage = dwarf_linkage_name(function),
			   *file = dwarf_declared_file(function);

	if (linkage)
		frame->is_library = is_library_symbol(linkage);
	else
		frame->is_library = is_in_library_scope(scopes, function, &file) ||
		                    (file && is_library_source(file));
	frame->home = file ? file : "";
}
