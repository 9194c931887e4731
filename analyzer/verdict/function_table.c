/* verdict/function_table.c - the functions of a profile. */
#include "verdict/function_table.h"

#include "base/array.h"
#include "elf/allocators.h"

#include <stdlib.h>
#include <string.h>

#define FUNCTIONS_FIRST 256u

static uint64_t function_hash(const struct function *function)
{
	uint64_t hash = hash_words(function->module, 3);

	return hash_string(hash_string(hash, function->name), function->declared);
}

static uint64_t function_hash_of(const void *context, uint32_t number)
{
	return function_hash(&((const struct function_table *)context)->functions[number]);
}

static bool function_is_same(const void *context, uint32_t number, const void *key)
{
	const struct function *one = &((const struct function_table *)context)
	                                  ->functions[number];
	const struct function *other = key;

	return one->module == other->module && !strcmp(one->name, other->name) &&
	       !strcmp(one->declared, other->declared);
}

static uint32_t function_find(const struct function_table *table,
                              const struct function *like)
{
	return hash_index_find(&table->index, function_hash(like), function_is_same, table,
	                       like);
}

/*
 * Returns the function's number, or 0 when memory is out. Functions without a name are not
 * indexed.
 */
static uint32_t function_add(struct function_table *table,
                             const struct function *function)
{
	if (array_reserve(table->functions, table->capacity, table->count + 1))
		return 0;
	table->functions[table->count] = *function;
	table->functions[table->count].is_allocator = function->is_library ||
	                                              is_allocator_name(function->name);
	table->functions[table->count].is_deallocator = function->is_library ||
	                                                is_deallocator_name(function->name);
	if (*function->name && hash_index_add(&table->index, function_hash(function),
	                                      table->count, function_hash_of, table))
		return 0;
	return table->count++;
}

/*
 * The function of the last of these frames, at a machine location. Without symbols it has no
 * name, and only its location is known.
 */
static struct function frames_function(const struct profile *profile, uint32_t number,
                                       const struct symbol_frame *frames, size_t count)
{
	const struct location *location = address_map_location(profile->map, number);
	struct function function = { .name = "",
		                         .declared = "",
		                         .apart = "",
		                         .home = "",
		                         .module = location->module,
		                         .location = number };

	if (count) {
		function.name = frames[count - 1].function;
		function.declared = frames[count - 1].declared;
		function.apart = frames[count - 1].apart;
		function.brackets = frames[count - 1].brackets;
		function.home = frames[count - 1].home;
		function.home_line = frames[count - 1].home_line;
		function.is_library = frames[count - 1].is_library;
	}
	return function;
}

/* The number of that function, added if it is new; 0 when memory is out. */
static uint32_t function_of_frames(struct function_table *table,
                                   const struct profile *profile, uint32_t machine,
                                   const struct symbol_frame *frames, size_t count)
{
	struct function function = frames_function(profile, machine, frames, count);
	/* a location without a name always gets a function of its own */
	uint32_t found = *function.name ? function_find(table, &function) : 0;

	/* what one address does not say of the function, another may */
	if (found && !*table->functions[found].home) {
		table->functions[found].home = function.home;
		table->functions[found].home_line = function.home_line;
	}
	return found ? found : function_add(table, &function);
}

int function_table_make(struct function_table *table, const struct profile *profile)
{
	const struct symbol_frame *frames;
	size_t count;
	uint32_t i;

	*table = (struct function_table){ .count = 1, .capacity = FUNCTIONS_FIRST };
	table->location_count = profile->sources.location_count;
	table->machine_count = (uint32_t)address_map_location_count(profile->map);
	table->of_machine = calloc((size_t)table->machine_count + 1,
	                           sizeof(*table->of_machine));
	table->functions = calloc(FUNCTIONS_FIRST, sizeof(*table->functions));
	table->of_location = calloc((size_t)table->location_count + 1,
	                            sizeof(*table->of_location));
	if (!table->functions || !table->of_location || !table->of_machine)
		return -1;
	table->functions[FUNCTION_NONE] = (struct function){
		.name = "", .declared = "", .apart = "", .home = "", .module = MODULE_NONE
	};
	for (i = 1; i < table->location_count; i++) {
		frames = profile_frames(profile, i, &count);
		table->of_location[i] = function_of_frames(
			table, profile, profile->sources.locations[i].machine, frames, count);
		if (!table->of_location[i])
			return -1;
	}
	for (i = 1; i < table->machine_count; i++) {
		frames = profile_machine_frames(profile, i, &count);
		table->of_machine[i] = function_of_frames(table, profile, i, frames, count);
		if (!table->of_machine[i])
			return -1;
	}
	return 0;
}

void function_table_release(struct function_table *table)
{
	free(table->functions);
	free(table->of_location);
	free(table->of_machine);
	hash_index_release(&table->index);
	*table = (struct function_table){ .functions = NULL };
}

uint32_t function_of_innermost(const struct function_table *table,
                               const struct profile *profile, uint32_t node)
{
	const struct call_tree *tree = &profile->replay.lives.freers.tree;
	uint32_t function, freer = FUNCTION_NONE;

	/*
	 * The frames run inwards: take the innermost function that does not only allocate or
	 * free for its callers.
	 */
	for (; node != CALL_ROOT; node = tree->nodes[node].parent) {
		function = table->of_location[tree->nodes[node].location];
		if (freer == FUNCTION_NONE || (!table->functions[function].is_deallocator &&
		                               !table->functions[function].is_allocator))
			freer = function;
	}
	return freer;
}
