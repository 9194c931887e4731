/* symbols/dwarf_tree.c - enters the instances of a machine function by libdw. */
#include "symbols/dwarf_tree.h"

#include <dwarf.h>
#include <string.h>

#define NESTING_MAX 64 /* of scopes; deeper scopes are skipped */

/* In one function: links of a damaged unit may form a cycle. */
#define DIES_MAX 4000000u
#define INSTANCES_MAX (UINT32_C(1) << 26) /* in a module */

/* In a module: entries of a damaged file may share long lists. */
#define RANGES_MAX (UINT32_C(1) << 24)

struct reading {
	struct instances *instances;
	uint64_t bias;
	unsigned visited;
	bool is_out_of_memory;
};

Dwarf_Die dwarf_tree_die(const struct instances *instances, uint32_t number)
{
	const struct instance *instance = &instances->list[number];

	return (Dwarf_Die){ .addr = (void *)instance->die,
		                .cu = (struct Dwarf_CU *)instance->unit };
}

const char *dwarf_declared_file(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Files *files;
	Dwarf_Word number;
	Dwarf_Die root;
	size_t count;

	if (dwarf_formudata(dwarf_attr_integrate(die, DW_AT_decl_file, &attribute),
	                    &number) ||
	    dwarf_cu_info(attribute.cu, NULL, NULL, &root, NULL, NULL, NULL, NULL))
		return NULL;
	if (dwarf_getsrcfiles(&root, &files, &count) == 0)
		return number < count ? dwarf_filesrc(files, number, NULL, NULL) : NULL;
	/* In a .dwo file only the first file is known. */
	return number == 1 ? dwarf_diename(&root) : NULL;
}

/* The name of a file by its number in the unit of the entry; NULL: unknown. */
static const char *unit_file(Dwarf_Die *die, Dwarf_Word number)
{
	Dwarf_Files *files;
	size_t count;
	Dwarf_Die root;

	if (dwarf_cu_die(die->cu, &root, NULL, NULL, NULL, NULL, NULL, NULL) == NULL ||
	    dwarf_getsrcfiles(&root, &files, &count) || number >= count)
		return NULL;
	return dwarf_filesrc(files, number, NULL, NULL);
}

static bool number_get(Dwarf_Attribute *attribute, Dwarf_Word *number)
{
	return dwarf_formudata(attribute, number) == 0;
}

/*
 * Whether the instance was "called" where its own function is declared. gcc gives that line to
 * the rest of a function that it inlined in part; where a function calls itself, it is the line
 * of the call.
 */
static bool is_called_at_declaration(Dwarf_Die *die)
{
	Dwarf_Word line, declared_line, column = 0, declared_column = 0, file;
	const char *name, *declared_name;
	Dwarf_Attribute attribute;

	if (!number_get(dwarf_attr(die, DW_AT_call_line, &attribute), &line) ||
	    !number_get(dwarf_attr_integrate(die, DW_AT_decl_line, &attribute),
	                &declared_line) ||
	    line != declared_line)
		return false;
	if (!number_get(dwarf_attr(die, DW_AT_call_column, &attribute), &column))
		column = 0;
	if (!number_get(dwarf_attr_integrate(die, DW_AT_decl_column, &attribute),
	                &declared_column))
		declared_column = 0;
	if (column != declared_column ||
	    !number_get(dwarf_attr(die, DW_AT_call_file, &attribute), &file))
		return false;
	name = unit_file(die, file);
	declared_name = dwarf_declared_file(die);
	return name && declared_name && !strcmp(name, declared_name);
}

/* The entry that this one is an instance of; NULL: none. */
static const void *origin_of(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Die origin;

	if (!dwarf_attr(die, DW_AT_abstract_origin, &attribute) ||
	    !dwarf_formref_die(&attribute, &origin))
		return NULL;
	return origin.addr;
}

/*
 * Add all code of an entry to the instance added last, except at address 0: the linker dropped
 * that. Without a word about where it begins, a machine function begins with its first range;
 * of an inlined function it is not known.
 */
static void code_add(struct reading *reading, Dwarf_Die *die)
{
	struct instances *instances = reading->instances;
	Dwarf_Addr base, low, high, entry = 0;
	Dwarf_Attribute attribute;
	struct instance *instance;
	ptrdiff_t offset = 0;

	while ((offset = dwarf_ranges(die, offset, &base, &low, &high)) > 0) {
		if (low == 0 || low >= high)
			continue;
		if (instances->range_count >= RANGES_MAX ||
		    instances_add_range(instances, low + reading->bias, high + reading->bias)) {
			reading->is_out_of_memory = true;
			return;
		}
	}
	instance = &instances->list[instances->count];
	if (!instance->range_count)
		return;
	if (!instance->parent)
		instance->entry = instances->ranges[instance->range_first].low;
	if (dwarf_formaddr(dwarf_attr(die, DW_AT_entry_pc, &attribute), &entry) == 0)
		instance->entry = entry + reading->bias;
}

static uint32_t inlined_add(struct reading *reading, uint32_t parent, Dwarf_Die *die,
                            const void *origin, const void *outer_origin)
{
	struct instances *instances = reading->instances;
	uint32_t number = instances->count < INSTANCES_MAX
	                      ? instances_add(instances, parent, 0)
	                      : 0;

	if (!number) {
		reading->is_out_of_memory = true;
		return 0;
	}
	instances->list[number].die = die->addr;
	instances->list[number].unit = die->cu;
	code_add(reading, die);
	instances->list[number].is_rest = origin && origin == outer_origin &&
	                                  is_called_at_declaration(die);
	return number;
}

/*
 * Add the instances below `within`. `origin` is that of the instance `parent`. Blocks are
 * entered, but they are no instances; functions within the function have code of their own.
 */
static void inlined_collect(struct reading *reading, uint32_t parent, Dwarf_Die *within,
                            const void *origin, unsigned nesting)
{
	const void *own;
	uint32_t number;
	Dwarf_Die die;
	int tag;

	if (nesting > NESTING_MAX || dwarf_child(within, &die) != 0)
		return;
	do {
		if (++reading->visited > DIES_MAX || reading->is_out_of_memory)
			return;
		tag = dwarf_tag(&die);
		if (tag == DW_TAG_inlined_subroutine) {
			own = origin_of(&die);
			number = inlined_add(reading, parent, &die, own, origin);
			if (number && dwarf_haschildren(&die) > 0)
				inlined_collect(reading, number, &die, own, nesting + 1);
		} else if ((tag == DW_TAG_lexical_block || tag == DW_TAG_try_block ||
		            tag == DW_TAG_catch_block) &&
		           dwarf_haschildren(&die) > 0) {
			inlined_collect(reading, parent, &die, origin, nesting + 1);
		}
	} while (dwarf_siblingof(&die, &die) == 0);
}

uint32_t dwarf_tree_read(struct instances *instances, Dwarf_Die *function,
                         uint64_t bias)
{
	struct reading reading = { .instances = instances, .bias = bias };
	uint32_t number = instances_add(instances, 0, (uintptr_t)function->addr);

	if (!number)
		return 0;
	instances->list[number].die = function->addr;
	instances->list[number].unit = function->cu;
	code_add(&reading, function);
	inlined_collect(&reading, number, function, origin_of(function), 0);
	instances->list[number].inside = instances->count - number;
	return number;
}
