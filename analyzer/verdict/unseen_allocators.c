/* verdict/unseen_allocators.c - allocators that no call of malloc() reaches. */
#include "verdict/unseen_allocators.h"

#include "process/runtimes.h"
#include "verdict/stack_names.h"

#include <string.h>

/* How the names of their functions begin, but not those of others: MyISAM, too, has mi_open(). */
static const struct family {
	const char *prefix, *name;
} families[] = {
	{ "mi_malloc", "mimalloc" },        { "mi_zalloc", "mimalloc" },
	{ "mi_calloc", "mimalloc" },        { "mi_realloc", "mimalloc" },
	{ "mi_aligned_alloc", "mimalloc" }, { "mi_new", "mimalloc" },
	{ "mi_heap_", "mimalloc" },         { "mi_arena", "mimalloc" },
	{ "mi_segment", "mimalloc" },       { "mi_os_", "mimalloc" },
	{ "_mi_malloc", "mimalloc" },       { "_mi_heap_", "mimalloc" },
	{ "_mi_arena", "mimalloc" },        { "_mi_segment", "mimalloc" },
	{ "_mi_os_", "mimalloc" },          { "_mi_prim_", "mimalloc" },
	{ "_rjem_", "jemalloc" },           { "je_malloc", "jemalloc" },
	{ "je_calloc", "jemalloc" },        { "je_realloc", "jemalloc" },
	{ "je_aligned_alloc", "jemalloc" }, { "je_arena", "jemalloc" },
	{ "je_extent", "jemalloc" },        { "je_pages", "jemalloc" },
	{ "je_base", "jemalloc" },          { "je_pac", "jemalloc" },
	{ "je_ehooks", "jemalloc" },        { "je_large", "jemalloc" },
	{ "je_tcache", "jemalloc" },        { "je_tsd", "jemalloc" },
	{ "tc_malloc", "tcmalloc" },        { "tc_new", "tcmalloc" },
	{ "tc_calloc", "tcmalloc" },        { "tcmalloc::", "tcmalloc" },
	{ "TCMalloc", "tcmalloc" },         { "snmalloc::", "snmalloc" },
	{ "sn_rust_alloc", "snmalloc" },    { "rpmalloc", "rpmalloc" },
	{ "rpaligned_alloc", "rpmalloc" },  { "dlmalloc", "dlmalloc" },
	{ "dlmemalign", "dlmalloc" },       { "scalable_malloc", "TBB's malloc" },
};
#define FAMILIES (sizeof(families) / sizeof(*families))

static const char *family_of(const char *function)
{
	size_t i;

	for (i = 0; i < FAMILIES; i++) {
		if (!strncmp(function, families[i].prefix, strlen(families[i].prefix)))
			return families[i].name;
	}
	return NULL;
}

/*
 * A shared library of an allocator replaces malloc, and is recorded: that a program calls it by its
 * other names, too, is not known.
 */
static bool is_replacing(const struct profile *profile, uint32_t module)
{
	return runtime_of_file(address_map_module(profile->map, module)->path) &
	       RUNTIME_MALLOC;
}

/*
 * The outermost function of such an allocator on the call path of a mapping: FUNCTION_NONE if there
 * is none, or if a call of malloc() that was seen led to it.
 */
static uint32_t allocator_on(const struct classes *classes, uint32_t node)
{
	const struct profile *profile = classes->profile;
	const struct call_node *nodes = profile->replay.tree.nodes;
	const struct function *function;
	uint32_t found = FUNCTION_NONE, number;

	/* the mapping's own hook is the innermost frame, if it is there at all */
	for (; node != CALL_ROOT; node = nodes[node].parent) {
		if (found != FUNCTION_NONE && stack_names_is_own(profile, nodes[node].location))
			return FUNCTION_NONE;
		number = function_of_node(&classes->functions, profile, node);
		function = &classes->functions.functions[number];
		if (family_of(function->name) && function->module != MODULE_NONE &&
		    !is_replacing(profile, function->module))
			found = number;
	}
	return found;
}

static void path_add(struct unseen_allocators *found, const struct function *function,
                     const struct mapping_path *path, uint32_t number)
{
	const char *name = family_of(function->name);
	struct unseen_allocator *item = found->items;
	size_t i;

	for (i = 0; i < found->count; i++, item++) {
		if (item->name == name && item->module == function->module)
			break;
	}
	if (i == UNSEEN_ALLOCATORS_MAX)
		return;
	if (i == found->count) {
		*item = (struct unseen_allocator){ .name = name, .module = function->module };
		found->count++;
	}
	item->bytes += path->bytes;
	if (!item->path || path->bytes > item->at_path) {
		item->path = number;
		item->at_path = path->bytes;
	}
}

void unseen_allocators_find(struct unseen_allocators *found,
                            const struct classes *classes)
{
	const struct mappings *mappings = &classes->profile->replay.mappings;
	uint32_t i, function;

	*found = (struct unseen_allocators){ .count = 0 };
	for (i = 1; i < mappings->count; i++) {
		if (!mappings->paths[i].calls)
			continue;
		function = allocator_on(classes, mappings->paths[i].node);
		if (function != FUNCTION_NONE)
			path_add(found, &classes->functions.functions[function],
			         &mappings->paths[i], i);
	}
}
