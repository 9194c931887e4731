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
	table->functions[table->count].is_allocator = is_allocator_name(function->name);
	table->functions[table->count].is_deallocator = is_deallocator_name(function->name);
	if (*function->name && hash_index_add(&table->index, function_hash(function),
	                                      table->count, function_hash_of, table))
		return 0;
	return table->count++;
}

/*
 * The physical function is the last of the frames at a location; those before it were inlined.
 * Without symbols the function has no name, and only its location is known.
 */
static struct function location_function(const struct profile *profile, uint32_t number)
{
	const struct location *location = address_map_location(profile->map, number);
	struct function function = { .name = "",
		                         .declared = "",
		                         .apart = "",
		                         .module = location->module,
		                         .location = number };
	const struct symbol_frame *frames;
	size_t count;

	frames = symbol_table_find(profile->symbols, location->module, location->offset,
	                           &count);
	if (count) {
		function.name = frames[count - 1].function;
		function.declared = frames[count - 1].declared;
		function.apart = frames[count - 1].apart;
	}
	return function;
}

int function_table_make(struct function_table *table, const struct profile *profile)
{
	struct function function;
	uint32_t i;

	*table = (struct function_table){ .count = 1, .capacity = FUNCTIONS_FIRST };
	table->location_count = (uint32_t)address_map_location_count(profile->map);
	table->functions = calloc(FUNCTIONS_FIRST, sizeof(*table->functions));
	table->of_location = calloc((size_t)table->location_count + 1,
	                            sizeof(*table->of_location));
	if (!table->functions || !table->of_location)
		return -1;
	table->functions[FUNCTION_NONE] = (struct function){
		.name = "", .declared = "", .apart = "", .module = MODULE_NONE
	};
	/*
	 * 0 in of_location: not found, so a location without a name always gets a function of its
	 * own
	 */
	for (i = 1; i < table->location_count; i++) {
		function = location_function(profile, i);
		if (*function.name)
			table->of_location[i] = function_find(table, &function);
		if (!table->of_location[i])
			table->of_location[i] = function_add(table, &function);
		if (!table->of_location[i])
			return -1;
	}
	return 0;
}

void function_table_release(struct function_table *table)
{
	free(table->functions);
	free(table->of_location);
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
