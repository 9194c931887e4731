/* symbols/dwarf_scopes.c - makes names for C++ functions without a linkage name. */
#include "symbols/dwarf_scopes.h"

#include "base/array.h"
#include "elf/demangle.h"
#include "base/hash_index.h"
#include "base/text.h"
#include "base/text_pool.h"

#include <dwarf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NESTING_MAX 64     /* of scopes; deeper scopes are skipped */
#define DIES_MAX 50000000u /* in one unit: links of a damaged unit may form a cycle */
#define REFERENCES_MAX 8   /* from an entry to the entry that it repeats; usually two */
#define SCOPE_NONE UINT32_MAX

/*
 * A namespace, class, function or block. A unit keeps its scopes in the order of their offsets.
 */
struct scope {
	Dwarf_Die die;
	Dwarf_Off offset;
	uint32_t parent; /* SCOPE_NONE: the unit itself */
};

struct scope_unit {
	Dwarf_Off offset;
	struct scope *scopes;
	size_t count, capacity;
	unsigned visited;
};

/* A name that was made before, keyed by the address of the DIE, which does not move. */
struct scope_answer {
	const void *entry;
	const char *name;
};

struct dwarf_scopes {
	struct scope_unit *units;
	size_t unit_count, unit_capacity;
	struct scope_answer *answers; /* [0] is unused */
	size_t answer_count, answer_capacity;
	struct hash_index index;
	struct text_pool names;
};

struct dwarf_scopes *dwarf_scopes_new(void)
{
	return calloc(1, sizeof(struct dwarf_scopes));
}

void dwarf_scopes_free(struct dwarf_scopes *scopes)
{
	size_t i;

	if (!scopes)
		return;
	for (i = 0; i < scopes->unit_count; i++)
		free(scopes->units[i].scopes);
	free(scopes->units);
	free(scopes->answers);
	hash_index_release(&scopes->index);
	text_pool_release(&scopes->names);
	free(scopes);
}

const char *dwarf_linkage_name(Dwarf_Die *function)
{
	Dwarf_Attribute attribute;

	if (dwarf_attr_integrate(function, DW_AT_linkage_name, &attribute) ||
	    dwarf_attr_integrate(function, DW_AT_MIPS_linkage_name, &attribute))
		return dwarf_formstring(&attribute);
	return NULL;
}

Dwarf_Die dwarf_declaration(const Dwarf_Die *function)
{
	Dwarf_Die die = *function, next;
	Dwarf_Attribute attribute;
	unsigned i;

	for (i = 0; i < REFERENCES_MAX; i++) {
		if (!dwarf_attr(&die, DW_AT_abstract_origin, &attribute) &&
		    !dwarf_attr(&die, DW_AT_specification, &attribute))
			break;
		if (!dwarf_formref_die(&attribute, &next))
			break;
		die = next;
	}
	return die;
}

/* ---- units ---------------------------------------------------------------------------- */

static bool is_scope(int tag)
{
	switch (tag) {
	case DW_TAG_namespace:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_subprogram:
	case DW_TAG_lexical_block: return true;
	default: return false;
	}
}

/* Returns the new scope's number; SCOPE_NONE: memory is out. */
static uint32_t scope_add(struct scope_unit *unit, const Dwarf_Die *die,
                          uint32_t parent)
{
	if (array_reserve(unit->scopes, unit->capacity, unit->count + 1))
		return SCOPE_NONE;
	unit->scopes[unit->count] = (struct scope){ *die, dwarf_dieoffset((Dwarf_Die *)die),
		                                        parent };
	return (uint32_t)unit->count++;
}

/*
 * Add the scopes below `within`, each before those inside it. Entries come in the order of
 * their offsets, which scope_find() relies on. The limits are against damaged files.
 */
static void scopes_collect(struct scope_unit *unit, Dwarf_Die *within, uint32_t parent,
                           unsigned nesting)
{
	uint32_t scope;
	Dwarf_Die die;

	if (nesting > NESTING_MAX || dwarf_child(within, &die) != 0)
		return;
	do {
		if (++unit->visited > DIES_MAX)
			return;
		if (!is_scope(dwarf_tag(&die)))
			continue;
		scope = scope_add(unit, &die, parent);
		if (scope == SCOPE_NONE)
			return;
		if (dwarf_haschildren(&die) > 0)
			scopes_collect(unit, &die, scope, nesting + 1);
	} while (dwarf_siblingof(&die, &die) == 0);
}

/* Only C++ has the names that are made here; units of other languages need not be read. */
static bool is_cpp_language(int language)
{
	switch (language) {
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14: return true;
	default: return false;
	}
}

/* The unit that contains an entry; NULL: memory is out, or the unit is not C++. */
static const struct scope_unit *unit_of(struct dwarf_scopes *scopes, Dwarf_Die *die)
{
	struct scope_unit *unit;
	Dwarf_Die root;
	Dwarf_Off offset;
	size_t i;

	if (!dwarf_diecu(die, &root, NULL, NULL) || !is_cpp_language(dwarf_srclang(&root)))
		return NULL;
	offset = dwarf_dieoffset(&root);
	for (i = 0; i < scopes->unit_count; i++) {
		if (scopes->units[i].offset == offset)
			return &scopes->units[i];
	}
	if (array_reserve(scopes->units, scopes->unit_capacity, i + 1))
		return NULL;
	unit = &scopes->units[scopes->unit_count++];
	*unit = (struct scope_unit){ .offset = offset };
	scopes_collect(unit, &root, SCOPE_NONE, 0);
	return unit;
}

/*
 * The number of the scope whose entry is at this offset; SCOPE_NONE: it is none of the
 * unit's.
 */
static uint32_t scope_find(const struct scope_unit *unit, Dwarf_Off offset)
{
	size_t low = 0, high = unit->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (unit->scopes[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < unit->count && unit->scopes[low].offset == offset ? (uint32_t)low
	                                                               : SCOPE_NONE;
}

/* ---- names ---------------------------------------------------------------------------- */

/* The next scope outwards that is part of names: skips blocks, which have no names. */
static uint32_t scope_outer(const struct scope_unit *unit, uint32_t scope)
{
	do {
		scope = unit->scopes[scope].parent;
	} while (scope != SCOPE_NONE &&
	         dwarf_tag(&unit->scopes[scope].die) == DW_TAG_lexical_block);
	return scope;
}

/* A class without a name: compilers omit the name, or write "<lambda()>". */
static bool is_nameless(const struct scope *scope)
{
	Dwarf_Die die = scope->die;
	int tag = dwarf_tag(&die);
	const char *name;

	if (tag == DW_TAG_namespace || tag == DW_TAG_subprogram ||
	    tag == DW_TAG_lexical_block)
		return false;
	name = dwarf_diename(&die);
	return !name || name[0] == '<';
}

/* Whether one nameless class comes before another in the source. */
static bool is_before(const struct scope *one, const struct scope *two)
{
	Dwarf_Die a = one->die, b = two->die;
	int at_a = 0, at_b = 0;

	dwarf_decl_line(&a, &at_a);
	dwarf_decl_line(&b, &at_b);
	if (at_a != at_b)
		return at_a < at_b;
	at_a = at_b = 0;
	dwarf_decl_column(&a, &at_a);
	dwarf_decl_column(&b, &at_b);
	return at_a != at_b ? at_a < at_b : one->offset < two->offset;
}

/*
 * The position of this nameless class among those of the same scope, from 1, in source order.
 */
static unsigned nameless_number(const struct scope_unit *unit, uint32_t scope)
{
	uint32_t outer = scope_outer(unit, scope), i;
	unsigned number = 1;

	for (i = 0; i < unit->count; i++)
		number += i != scope && is_nameless(&unit->scopes[i]) &&
		          scope_outer(unit, i) == outer &&
		          is_before(&unit->scopes[i], &unit->scopes[scope]);
	return number;
}

/*
 * Compilers do not flag the class of a lambda, but it has no name and has an operator(). The
 * scopes within a class follow it, so the search begins behind it.
 */
static bool is_lambda(const struct scope_unit *unit, uint32_t scope)
{
	const char *name;
	Dwarf_Die die;
	uint32_t i;

	for (i = scope + 1; i < unit->count; i++) {
		if (unit->scopes[i].parent != scope)
			continue;
		die = unit->scopes[i].die;
		name = dwarf_diename(&die);
		if (name && !strcmp(name, "operator()"))
			return true;
	}
	return false;
}

/*
 * A name under construction. `nesting` is limited: in a damaged file a scope may contain
 * itself.
 */
struct naming {
	const struct scope_unit *unit;
	struct text text;
	unsigned nesting;
};

static int scope_name_add(struct naming *naming, uint32_t scope);

/* Add a function as a scope: by its linkage name, demangled, if it has one. */
static int function_scope_add(struct naming *naming, uint32_t scope)
{
	const struct scope_unit *unit = naming->unit;
	Dwarf_Die die = unit->scopes[scope].die;
	const char *linkage = dwarf_linkage_name(&die), *name = dwarf_diename(&die);
	char *demangled = linkage ? demangle(linkage) : NULL;
	Dwarf_Die declared;
	uint32_t outer;
	int result;

	if (demangled) {
		result = text_printf(&naming->text, "%s::", demangled);
		free(demangled);
		return result;
	}
	declared = dwarf_declaration(&die);
	outer = scope_find(unit, dwarf_dieoffset(&declared));
	if (outer == SCOPE_NONE)
		outer = scope;
	outer = scope_outer(unit, outer);
	if (outer != SCOPE_NONE && scope_name_add(naming, outer))
		return -1;
	return text_printf(&naming->text, "%s()::", name ? name : "");
}

/* Add "outer::inner::". */
static int scope_name_add(struct naming *naming, uint32_t scope)
{
	const struct scope_unit *unit = naming->unit;
	Dwarf_Die die = unit->scopes[scope].die;
	int tag = dwarf_tag(&die);
	uint32_t outer;

	if (++naming->nesting > NESTING_MAX)
		return -1;
	if (tag == DW_TAG_subprogram)
		return function_scope_add(naming, scope);
	outer = scope_outer(unit, scope);
	if (outer != SCOPE_NONE && scope_name_add(naming, outer))
		return -1;
	if (is_nameless(&unit->scopes[scope]))
		return text_printf(&naming->text, "{%s#%u}::",
		                   is_lambda(unit, scope) ? "lambda" : "unnamed type",
		                   nameless_number(unit, scope));
	if (tag == DW_TAG_namespace && !dwarf_diename(&die))
		return text_printf(&naming->text, "(anonymous namespace)::");
	return text_printf(&naming->text, "%s::", dwarf_diename(&die));
}

/*
 * Put the names of all scopes around the function before its own name. If one of them cannot
 * be named, the function's own name must do.
 */
static const char *name_make(struct dwarf_scopes *scopes, Dwarf_Die *declared,
                             const char *name)
{
	struct naming naming = { .unit = unit_of(scopes, declared) };
	uint32_t scope, outer = SCOPE_NONE;
	const char *kept = NULL;

	if (!naming.unit)
		return name;
	scope = scope_find(naming.unit, dwarf_dieoffset(declared));
	if (scope != SCOPE_NONE)
		outer = scope_outer(naming.unit, scope);
	if (outer == SCOPE_NONE)
		return name;
	if (!scope_name_add(&naming, outer) && !text_printf(&naming.text, "%s", name))
		kept = text_pool_keep(&scopes->names, naming.text.data);
	text_release(&naming.text);
	return kept ? kept : name;
}

/* ---- answers -------------------------------------------------------------------------- */

static uint64_t answer_hash_of(const void *context, uint32_t number)
{
	const struct dwarf_scopes *scopes = context;

	return hash_words((uintptr_t)scopes->answers[number].entry, 0);
}

static bool answer_is_of(const void *context, uint32_t number, const void *entry)
{
	return ((const struct dwarf_scopes *)context)->answers[number].entry == entry;
}

static const char *answer_find(const struct dwarf_scopes *scopes, const void *entry)
{
	uint32_t number = hash_index_find(&scopes->index, hash_words((uintptr_t)entry, 0),
	                                  answer_is_of, scopes, entry);

	return number ? scopes->answers[number].name : NULL;
}

/* Without memory the name is only made again when it is asked for again. */
static void answer_add(struct dwarf_scopes *scopes, const void *entry, const char *name)
{
	size_t number = scopes->answer_count + 1;

	if (array_reserve(scopes->answers, scopes->answer_capacity, number + 1))
		return;
	scopes->answers[number] = (struct scope_answer){ entry, name };
	if (!hash_index_add(&scopes->index, hash_words((uintptr_t)entry, 0),
	                    (uint32_t)number, answer_hash_of, scopes))
		scopes->answer_count = number;
}

const char *dwarf_scopes_name(struct dwarf_scopes *scopes, Dwarf_Die *function,
                              const char *name)
{
	Dwarf_Die declared = dwarf_declaration(function);
	const char *known = answer_find(scopes, declared.addr);

	if (known)
		return known;
	known = name_make(scopes, &declared, name);
	answer_add(scopes, declared.addr, known);
	return known;
}

/*
 * The declaration, and not the definition, is within the class or namespace that it belongs
 * to.
 */
bool dwarf_scopes_outer(struct dwarf_scopes *scopes, Dwarf_Die *die)
{
	Dwarf_Die declared = dwarf_declaration(die);
	const struct scope_unit *unit = unit_of(scopes, &declared);
	uint32_t scope;

	if (!unit)
		return false;
	scope = scope_find(unit, dwarf_dieoffset(&declared));
	if (scope != SCOPE_NONE)
		scope = scope_outer(unit, scope);
	if (scope == SCOPE_NONE || !unit->scopes)
		return false;
	*die = unit->scopes[scope].die;
	return true;
}
