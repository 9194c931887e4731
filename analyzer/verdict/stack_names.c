/* verdict/stack_names.c - the names along a call path. */
#include "verdict/stack_names.h"

#include "base/array.h"
#include "elf/allocators.h"
#include "base/hash_index.h"

#include <stdlib.h>
#include <string.h>

#define OWN_LIBRARY "liboutlive.so"

struct stack_name stack_name_none(uint64_t offset)
{
	return (struct stack_name){ .function = "",
		                        .file = "",
		                        .module = "",
		                        .offset = offset,
		                        .node = CALL_ROOT,
		                        .declared = "",
		                        .apart = "" };
}

struct stack_name stack_name_gap(void)
{
	struct stack_name gap = stack_name_none(0);

	gap.is_gap = true;
	return gap;
}

static int name_add(struct stack_names *stack, const struct stack_name *name)
{
	if (array_reserve(stack->names, stack->capacity, stack->count + 1))
		return -1;
	stack->names[stack->count++] = *name;
	return 0;
}

/*
 * Append the names of frames at a machine location, innermost first; without frames, the one
 * name that says where it is.
 */
static int frames_add(struct stack_names *stack, const struct profile *profile,
                      uint32_t machine, uint32_t node,
                      const struct symbol_frame *frames, size_t count)
{
	const struct location *location = address_map_location(profile->map, machine);
	struct stack_name name = stack_name_none(location->offset);
	size_t i;

	name.node = node;
	if (location->module != MODULE_NONE)
		name.module = address_map_module(profile->map, location->module)->path;
	if (!count)
		return name_add(stack, &name);
	for (i = 0; i < count; i++) {
		name.function = frames[i].function;
		name.file = frames[i].file;
		name.line = frames[i].line;
		name.is_inlined = frames[i].inlined;
		name.is_library = frames[i].is_library;
		name.declared = frames[i].declared;
		name.apart = frames[i].apart;
		name.brackets = frames[i].brackets;
		if (name_add(stack, &name))
			return -1;
	}
	return 0;
}

/* Append the names at a source location: one, unless the functions inlined there are unknown. */
static int location_add(struct stack_names *stack, const struct profile *profile,
                        uint32_t number, uint32_t node)
{
	const struct symbol_frame *frames;
	size_t count;

	frames = profile_frames(profile, number, &count);
	return frames_add(stack, profile, profile->sources.locations[number].machine, node,
	                  frames, count);
}

/* Append the names at a machine location: inlined functions first, then the machine function. */
static int machine_add(struct stack_names *stack, const struct profile *profile,
                       uint32_t machine)
{
	const struct symbol_frame *frames;
	size_t count;

	frames = profile_machine_frames(profile, machine, &count);
	return frames_add(stack, profile, machine, CALL_ROOT, frames, count);
}

/* The last name has the cut: frames are missing between physical functions only. */
static int node_add(struct stack_names *stack, const struct profile *profile,
                    uint32_t node)
{
	const struct call_node *call = &profile->replay.tree.nodes[node];

	if (location_add(stack, profile, call->location, node))
		return -1;
	stack->names[stack->count - 1].is_cut = call->is_cut;
	return 0;
}

bool stack_names_is_own(const struct profile *profile, uint32_t location)
{
	uint32_t machine = profile->sources.locations[location].machine;
	uint32_t module = address_map_location(profile->map, machine)->module;
	const char *path, *base;

	if (module == MODULE_NONE)
		return false;
	path = address_map_module(profile->map, module)->path;
	base = strrchr(path, '/');
	return !strcmp(base ? base + 1 : path, OWN_LIBRARY);
}

/* The next node outwards; one of the recorder's own is passed over. */
static uint32_t node_outer(const struct profile *profile, uint32_t node)
{
	const struct call_node *nodes = profile->replay.tree.nodes;

	do
		node = nodes[node].parent;
	while (node != CALL_ROOT && stack_names_is_own(profile, nodes[node].location));
	return node;
}

int stack_names_fill(struct stack_names *stack, const struct profile *profile,
                     uint32_t node)
{
	stack->count = 0;
	for (; node != CALL_ROOT; node = node_outer(profile, node)) {
		if (node_add(stack, profile, node))
			return -1;
	}
	return 0;
}

/* *total needs the whole path, but names are searched for only in the part that is wanted. */
int stack_names_fill_part(struct stack_names *stack, const struct profile *profile,
                          uint32_t node, size_t first, size_t count, size_t *total)
{
	size_t at = 0;

	stack->count = 0;
	for (; node != CALL_ROOT; node = node_outer(profile, node), at++) {
		if (at >= first && at - first < count && node_add(stack, profile, node))
			return -1;
	}
	*total = at;
	return 0;
}

int stack_names_fill_node(struct stack_names *stack, const struct profile *profile,
                          uint32_t node)
{
	stack->count = 0;
	return node == CALL_ROOT ? 0 : node_add(stack, profile, node);
}

void stack_names_release(struct stack_names *stack)
{
	free(stack->names);
	*stack = (struct stack_names){ NULL, 0, 0 };
}

int stack_name_physical(struct stack_name *name, struct stack_names *scratch,
                        const struct profile *profile, uint32_t location)
{
	scratch->count = 0;
	if (machine_add(scratch, profile, location))
		return -1;
	*name = scratch->names[scratch->count - 1];
	return 0;
}

int stack_name_innermost(struct stack_name *name, struct stack_names *scratch,
                         const struct profile *profile, uint32_t location)
{
	scratch->count = 0;
	if (machine_add(scratch, profile, location))
		return -1;
	*name = scratch->names[0];
	return 0;
}

/* An allocator may be inlined, so all names at the location are checked, not only the last. */
int stack_name_blamed(struct stack_name *name, struct stack_names *scratch,
                      const struct profile *profile, uint32_t location)
{
	size_t i;

	scratch->count = 0;
	if (location_add(scratch, profile, location, CALL_ROOT))
		return -1;
	for (i = 0; i < scratch->count; i++) {
		if (!scratch->names[i].is_library &&
		    !is_allocator_name(scratch->names[i].function)) {
			*name = scratch->names[i];
			return 1;
		}
	}
	*name = scratch->names[0];
	return 0;
}

/* Without a function's name, only its address is left to compare. */
bool stack_name_is_same(const struct stack_name *one, const struct stack_name *two)
{
	return !strcmp(one->function, two->function) && !strcmp(one->module, two->module) &&
	       !strcmp(one->declared, two->declared) && !strcmp(one->apart, two->apart) &&
	       one->is_gap == two->is_gap && (*one->function || one->offset == two->offset);
}

/* Must not depend on anything that stack_name_is_same() ignores. */
uint64_t stack_name_hash(const struct stack_name *name)
{
	uint64_t hash = hash_string(1, name->module);

	hash = hash_string(hash_string(hash, name->function), name->declared);
	return *name->function ? hash : hash_words(hash, name->offset);
}

bool stack_name_is_same_line(const struct stack_name *one, const struct stack_name *two)
{
	return one->line == two->line && stack_name_is_same(one, two);
}

uint64_t stack_name_line_hash(const struct stack_name *name)
{
	return hash_words(stack_name_hash(name), name->line);
}
