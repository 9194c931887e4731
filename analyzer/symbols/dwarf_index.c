/* symbols/dwarf_index.c - finds functions, inlined functions and lines by libdw. */
#include "symbols/dwarf_index.h"

#include "base/array.h"
#include "elf/demangle.h"
#include "symbols/dwarf_home.h"
#include "symbols/dwarf_scopes.h"
#include "symbols/dwarf_tree.h"
#include "symbols/range_list.h"
#include "base/text.h"
#include "base/text_pool.h"

#include <dwarf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NESTING_MAX 64     /* of scopes; deeper scopes are skipped */
#define DIES_MAX 50000000u /* in one unit: links of a damaged unit may form a cycle */

struct dwarf_unit {
	Dwarf_Die lines; /* the unit with the line table */
	Dwarf_Die root;  /* the unit with the functions: another one with .dwo files */
	Dwarf_Die *functions;
	size_t function_count, function_capacity;
	struct range_list ranges; /* of the functions */
	unsigned visited;         /* entries read */
	bool is_missing;          /* the .dwo file with its functions was not found */
	enum { UNIT_NEW, UNIT_OUTER, UNIT_NESTED } depth; /* which functions were read */
};

struct dwarf_index {
	struct dwarf_unit *units;
	size_t unit_count, unit_capacity;
	struct range_list ranges; /* of the units */
	struct dwarf_scopes *scopes;
	struct text_pool declared;
	struct text_pool missing; /* the paths of .dwo files that were wanted */
	struct instances *instances;
	uint64_t bias;                 /* module address - DWARF address */
	struct dwarf_package *package; /* NULL: none */
	bool has_missing;
};

/* ---- units ---- */

/*
 * A unit without code, such as one of types only, is not kept: no address leads to it. The
 * ranges are those of the unit with the lines, since a .dwo file has no addresses of its own.
 */
static int unit_add(struct dwarf_index *index, Dwarf_Die *lines, Dwarf_Die *root,
                    bool is_missing)
{
	if (array_reserve(index->units, index->unit_capacity, index->unit_count + 1))
		return -1;
	if (range_list_add(&index->ranges, lines, (uint32_t)index->unit_count))
		index->units[index->unit_count++] = (struct dwarf_unit){
			.lines = *lines, .root = *root, .is_missing = is_missing
		};
	index->has_missing |= is_missing;
	return 0;
}

/*
 * List the units with their ranges; what is in them is read only when it is asked for. Only
 * compile units and skeletons have code. A skeleton stands for a unit in a .dwo file: if that
 * file is missing, only the lines are known.
 */
struct dwarf_index *dwarf_index_new(Dwarf *dwarf, struct instances *instances,
                                    uint64_t bias)
{
	struct dwarf_index *index = calloc(1, sizeof(*index));
	Dwarf_Die unit_die, split_die;
	Dwarf_CU *unit = NULL;
	bool is_split;
	uint8_t type;

	if (!index)
		return NULL;
	index->instances = instances;
	index->bias = bias;
	index->scopes = dwarf_scopes_new();
	if (!index->scopes) {
		dwarf_index_free(index);
		return NULL;
	}
	while (dwarf_get_units(dwarf, unit, &unit, NULL, &type, &unit_die, &split_die) ==
	       0) {
		if (type != DW_UT_compile && type != DW_UT_skeleton)
			continue;
		is_split = type == DW_UT_skeleton;
		if (unit_add(index, &unit_die,
		             is_split && split_die.addr ? &split_die : &unit_die,
		             is_split && !split_die.addr)) {
			dwarf_index_free(index);
			return NULL;
		}
	}
	range_list_sort(&index->ranges);
	return index;
}

void dwarf_index_free(struct dwarf_index *index)
{
	size_t i;

	if (!index)
		return;
	for (i = 0; i < index->unit_count; i++) {
		free(index->units[i].functions);
		free(index->units[i].ranges.ranges);
	}
	dwarf_scopes_free(index->scopes);
	text_pool_release(&index->declared);
	text_pool_release(&index->missing);
	dwarf_package_free(index->package);
	free(index->units);
	free(index->ranges.ranges);
	free(index);
}

bool dwarf_index_lacks_units(const struct dwarf_index *index)
{
	return index->has_missing && !index->package;
}

void dwarf_index_package(struct dwarf_index *index, struct dwarf_package *package)
{
	index->package = package;
}

/* ---- functions of a unit ---- */

static void function_add(struct dwarf_unit *unit, Dwarf_Die *die)
{
	if (array_reserve(unit->functions, unit->function_capacity,
	                  unit->function_count + 1))
		return;
	if (range_list_add(&unit->ranges, die, (uint32_t)unit->function_count))
		unit->functions[unit->function_count++] = *die;
}

/*
 * Whether the entry may contain functions. Functions within functions are rare, so they are
 * read only if an address is found nowhere else (`is_nested`).
 */
static bool is_scope(int tag, bool is_nested)
{
	switch (tag) {
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_interface_type: return true;
	case DW_TAG_subprogram:
	case DW_TAG_lexical_block: return is_nested;
	default: return false;
	}
}

/*
 * Add the functions below `parent`. The file may be damaged or hostile: the depth limits the
 * recursion, and the number of entries limits a chain of siblings that forms a cycle.
 */
static void functions_collect(struct dwarf_unit *unit, Dwarf_Die *parent,
                              unsigned nesting)
{
	bool is_nested = unit->depth == UNIT_NESTED;
	Dwarf_Die die;
	int tag;

	if (nesting > NESTING_MAX || dwarf_child(parent, &die) != 0)
		return;
	do {
		if (++unit->visited > DIES_MAX)
			return;
		tag = dwarf_tag(&die);
		if (tag == DW_TAG_subprogram)
			function_add(unit, &die);
		if (is_scope(tag, is_nested) && dwarf_haschildren(&die) > 0)
			functions_collect(unit, &die, nesting + 1);
	} while (dwarf_siblingof(&die, &die) == 0);
}

/* Read the functions anew. The arrays keep their room, since this may be the second reading. */
static void unit_read(struct dwarf_unit *unit, bool is_nested)
{
	unit->depth = is_nested ? UNIT_NESTED : UNIT_OUTER;
	unit->function_count = unit->ranges.count = 0;
	unit->visited = 0;
	functions_collect(unit, &unit->root, 0);
	range_list_sort(&unit->ranges);
}

/*
 * The function of this unit around the address; NULL: none. Most units are read once, without
 * descending into functions; only an address that is in no outer function causes a second,
 * deeper reading.
 */
static Dwarf_Die *unit_function(struct dwarf_unit *unit, uint64_t address)
{
	int64_t found;

	if (unit->depth == UNIT_NEW)
		unit_read(unit, false);
	found = range_list_find(&unit->ranges, address);
	if (found < 0 && unit->depth == UNIT_OUTER) {
		unit_read(unit, true);
		found = range_list_find(&unit->ranges, address);
	}
	return found < 0 ? NULL : &unit->functions[found];
}

/* ---- frames ---- */

/*
 * Without the directory of a release of Rust: the standard library as it is shipped has paths
 * without it, and functions of it that are compiled into a program have it.
 */
static const char *without_release(const char *file)
{
	static const char start[] = "/rustc/";
	const char *rest;

	if (strncmp(file, start, sizeof(start) - 1) != 0)
		return file;
	rest = strchr(file + sizeof(start) - 1, '/');
	return rest ? rest + 1 : file;
}

/*
 * Where the function is declared ("file:line"), for a function whose name alone does not
 * identify it: other files may have local functions of that name. Inlined and cloned functions
 * give the declaration of the original. "" if unknown.
 */
static const char *function_declared(struct dwarf_index *index, Dwarf_Die *die)
{
	struct text text = { NULL, 0, 0 };
	const char *file = dwarf_declared_file(die), *kept = NULL;
	Dwarf_Die scope = *die;
	unsigned nesting = 0;
	int line = 0;

	/* The function of a lambda has no declaration, but its class has one. */
	while (!file && nesting++ < NESTING_MAX &&
	       dwarf_scopes_outer(index->scopes, &scope))
		file = dwarf_declared_file(&scope);
	if (!file || dwarf_decl_line(&scope, &line))
		return "";
	if (!text_printf(&text, "%s:%d", without_release(file), line))
		kept = text_pool_keep(&index->declared, text.data);
	text_release(&text);
	return kept ? kept : "";
}

/*
 * Set the names of a frame. An external function is identified by its linkage name (if all of
 * it is shown), or in C by its name. All others need their declaration, too, since several may
 * have the same name.
 */
static void function_identify(struct dwarf_index *index, Dwarf_Die *die,
                              struct symbol_frame *frame)
{
	const char *linkage = dwarf_linkage_name(die), *name = dwarf_diename(die);
	Dwarf_Attribute attribute;
	bool is_external = false;

	frame->function = linkage ? linkage : name ? name : "";
	if (!linkage && name)
		frame->function = dwarf_scopes_name(index->scopes, die, name);
	if (dwarf_formflag(dwarf_attr_integrate(die, DW_AT_external, &attribute),
	                   &is_external))
		is_external = false;
	frame->declared = "";
	if (!is_external || (!linkage && frame->function != name) ||
	    demangle_drops_hash(frame->function))
		frame->declared = function_declared(index, die);
}

/* Where an inlined function was called: this is the line of the next frame outwards. */
static void call_line_set(struct dwarf_unit *unit, Dwarf_Die *die,
                          struct symbol_frame *frame)
{
	Dwarf_Attribute attribute;
	Dwarf_Word number;
	Dwarf_Files *files;
	const char *file;
	size_t count;

	if (dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &attribute), &number) == 0)
		frame->line = (uint32_t)number;
	if (dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attribute), &number) == 0 &&
	    dwarf_getsrcfiles(&unit->lines, &files, &count) == 0 && number < count) {
		file = dwarf_filesrc(files, number, NULL, NULL);
		frame->file = file ? file : "";
	}
}

/*
 * The line of the address itself, by the line table: this is the line of the innermost frame.
 */
static void line_set(struct dwarf_unit *unit, uint64_t address,
                     struct symbol_frame *frame)
{
	Dwarf_Line *line = dwarf_getsrc_die(&unit->lines, address);
	const char *file;
	int number;

	if (!line)
		return;
	file = dwarf_linesrc(line, NULL, NULL);
	frame->file = file ? file : "";
	if (dwarf_lineno(line, &number) == 0 && number > 0)
		frame->line = (uint32_t)number;
}

/* ---- missing files ---- */

static const char *string_of(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	const char *string = dwarf_formstring(dwarf_attr(die, name, &attribute));

	return string ? string : "";
}

/* Keep the path of the .dwo file that a unit lacks, as the compiler wrote it. */
static void missing_keep(struct dwarf_index *index, struct dwarf_unit *unit)
{
	const char *directory = string_of(&unit->lines, DW_AT_comp_dir);
	const char *file = string_of(&unit->lines, DW_AT_dwo_name);
	struct text path = { NULL, 0, 0 };

	if (!*file)
		file = string_of(&unit->lines, DW_AT_GNU_dwo_name);
	if (*file == '/' || !*directory)
		text_pool_keep(&index->missing, file);
	else if (!text_printf(&path, "%s/%s", directory, file))
		text_pool_keep(&index->missing, path.data);
	text_release(&path);
	unit->is_missing = false; /* once is enough */
}

/* Find a unit that no .dwo file has in the .dwp file. */
static void unit_look_up(struct dwarf_index *index, struct dwarf_unit *unit)
{
	Dwarf_Die root;

	if (index->package && dwarf_package_unit(index->package, &unit->lines, &root)) {
		unit->root = root;
		unit->is_missing = false;
	} else {
		missing_keep(index, unit);
	}
}

const char *dwarf_index_missing(const struct dwarf_index *index, size_t number)
{
	return number < index->missing.count ? index->missing.texts[number + 1] : NULL;
}

/* ---- chains ---- */

/* The number of a function of a unit, which is entered if need be; 0: memory is out. */
static uint32_t function_number(struct dwarf_index *index, Dwarf_Die *function)
{
	uint32_t number = instances_find(index->instances, (uintptr_t)function->addr);

	return number ? number : dwarf_tree_read(index->instances, function, index->bias);
}

/*
 * The unit around the address, and the chain of instances there, outermost first. NULL: there
 * is no unit. *count is 0 if there is no function.
 */
static struct dwarf_unit *chain_find(struct dwarf_index *index, uint64_t address,
                                     uint32_t *chain, int *count)
{
	int64_t found = range_list_find(&index->ranges, address);
	struct dwarf_unit *unit;
	Dwarf_Die *function;
	uint32_t number;

	*count = 0;
	if (found < 0)
		return NULL;
	unit = &index->units[found];
	if (unit->is_missing)
		unit_look_up(index, unit);
	function = unit_function(unit, address);
	number = function ? function_number(index, function) : 0;
	if (number)
		*count = (int)instances_chain(index->instances, number, address + index->bias,
		                              chain, DWARF_FRAMES_MAX);
	return unit;
}

int dwarf_index_chain(struct dwarf_index *index, uint64_t address, uint32_t *numbers)
{
	uint32_t chain[DWARF_FRAMES_MAX];
	int count, i;

	chain_find(index, address, chain, &count);
	for (i = 0; i < count; i++)
		numbers[i] = chain[count - 1 - i];
	return count;
}

/*
 * Frames are innermost first, but the chain is outermost first. The line table gives the line
 * of the innermost frame; each further frame has the line at which the frame before it was
 * inlined.
 */
int dwarf_index_find(struct dwarf_index *index, uint64_t address,
                     struct symbol_frame *frames)
{
	uint32_t chain[DWARF_FRAMES_MAX];
	struct dwarf_unit *unit;
	Dwarf_Die die;
	int count, i;

	unit = chain_find(index, address, chain, &count);
	if (!unit)
		return 0;
	frames[0] = (struct symbol_frame){ .function = "", .file = "", .declared = "" };
	line_set(unit, address, &frames[0]);
	if (!count)
		return frames[0].line ? 1 : 0;
	for (i = 0; i < count; i++) {
		die = dwarf_tree_die(index->instances, chain[count - 1 - i]);
		function_identify(index, &die, &frames[i]);
		dwarf_home_set(index->scopes, &index->declared, &die, &frames[i]);
		frames[i].inlined = i < count - 1;
		if (!frames[i].inlined)
			break;
		frames[i + 1] = (struct symbol_frame){ .function = "", .file = "" };
		call_line_set(unit, &die, &frames[i + 1]);
	}
	return count;
}

Dwarf_Line *dwarf_index_line(struct dwarf_index *index, uint64_t address)
{
	int64_t found = range_list_find(&index->ranges, address);

	return found < 0 ? NULL : dwarf_getsrc_die(&index->units[found].lines, address);
}

/*
 * The same source function is declared in each unit that uses it, so a name identifies it
 * across units, together with its declaration where names alone do not.
 */
bool dwarf_index_identify(struct dwarf_index *index, uint32_t number,
                          struct symbol_frame *frame)
{
	const struct instance *instance = instances_get(index->instances, number);
	Dwarf_Die die;

	if (!instance || !instance->die)
		return false;
	die = dwarf_tree_die(index->instances, number);
	die = dwarf_declaration(&die);
	*frame = (struct symbol_frame){ .function = "", .declared = "" };
	function_identify(index, &die, frame);
	return true;
}
