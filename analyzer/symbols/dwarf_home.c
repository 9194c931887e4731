/* symbols/dwarf_home.c - whose a function is, by its debug entry. */
#include "symbols/dwarf_home.h"

#include "base/text.h"
#include "elf/library_name.h"
#include "symbols/dwarf_tree.h"

#include <dwarf.h>
#include <stdbool.h>
#include <string.h>

#define NESTING_MAX 64 /* of scopes: those of a damaged unit may form a cycle */

/* ---- paths ---- */

/* The directory of the unit that declares the function; "" if unknown. */
static const char *unit_directory(Dwarf_Die *function)
{
	Dwarf_Attribute attribute;
	const char *directory = NULL;
	Dwarf_Die root;

	if (dwarf_attr_integrate(function, DW_AT_decl_file, &attribute) &&
	    dwarf_cu_info(attribute.cu, NULL, NULL, &root, NULL, NULL, NULL, NULL) == 0)
		directory = dwarf_formstring(dwarf_attr(&root, DW_AT_comp_dir, &attribute));
	return directory ? directory : "";
}

/* Take "." and "dir/.." out of an absolute path, so that what is below a directory shows it. */
static void path_simplify(char *path)
{
	char *from = path, *to = path, *end;

	if (*path != '/')
		return;
	while (*from) {
		from += strspn(from, "/");
		end = from + strcspn(from, "/");
		if (end - from == 2 && !strncmp(from, "..", 2)) {
			while (to > path && *--to != '/')
				;
		} else if (end > from && (end - from != 1 || *from != '.')) {
			*to++ = '/';
			memmove(to, from, (size_t)(end - from));
			to += end - from;
		}
		from = end;
	}
	*to = 0;
}

/* libdw joins a file to its directory, but not to that of the unit. */
static const char *path_keep(struct text_pool *paths, Dwarf_Die *function,
                             const char *file)
{
	const char *directory = *file == '/' ? "" : unit_directory(function), *kept = NULL;
	struct text text = { NULL, 0, 0 };

	if (!text_printf(&text, "%s%s%s", directory, *directory ? "/" : "", file)) {
		path_simplify(text.data);
		kept = text_pool_keep(paths, text.data);
	}
	text_release(&text);
	return kept ? kept : "";
}

/* ---- libraries ---- */

/*
 * A function without a linkage name belongs to the function around it, or else to its outermost
 * namespace.
 */
static bool is_in_library_scope(struct dwarf_scopes *scopes, Dwarf_Die *function)
{
	const char *name = NULL, *linkage;
	Dwarf_Die scope = *function;
	unsigned nesting = 0;
	int tag;

	while (nesting++ < NESTING_MAX && dwarf_scopes_outer(scopes, &scope)) {
		tag = dwarf_tag(&scope);
		linkage = tag == DW_TAG_subprogram ? dwarf_linkage_name(&scope) : NULL;
		name = tag == DW_TAG_namespace ? dwarf_diename(&scope) : NULL;
		if (linkage)
			return is_library_symbol(linkage);
	}
	return name && is_library_namespace(name, strlen(name));
}

/*
 * Debug information of lines only (-g1) has neither linkage names nor scopes, but files; clang's
 * (-gline-tables-only) has only those of the lines.
 */
void dwarf_home_set(struct dwarf_scopes *scopes, struct text_pool *paths,
                    Dwarf_Die *function, struct symbol_frame *frame)
{
	const char *linkage = dwarf_linkage_name(function),
			   *file = dwarf_declared_file(function);
	Dwarf_Die scope = *function;
	unsigned nesting = 0;
	int line;

	/* The function of a lambda has no declaration, but its class has one. */
	while (!file && !linkage && nesting++ < NESTING_MAX &&
	       dwarf_scopes_outer(scopes, &scope))
		file = dwarf_declared_file(&scope);
	frame->home_line = file && !dwarf_decl_line(&scope, &line) && line > 0
	                       ? (uint32_t)line
	                       : 0;
	if (!file && *frame->file)
		file = frame->file;
	if (linkage)
		frame->is_library = is_library_symbol(linkage);
	else
		frame->is_library = is_in_library_scope(scopes, function) ||
		                    (file && is_library_source(file));
	frame->home = file ? path_keep(paths, &scope, file) : "";
}
