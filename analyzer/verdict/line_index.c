/* verdict/line_index.c - numbers lines of source. */
#include "verdict/line_index.h"

#include "base/array.h"

#include <stdlib.h>

static uint64_t line_hash(const void *context, uint32_t number)
{
	const struct line_index *index = context;

	return stack_name_line_hash(&index->names[number - 1]);
}

static bool is_line(const void *context, uint32_t number, const void *key)
{
	const struct line_index *index = context;

	return stack_name_is_same_line(&index->names[number - 1], key);
}

uint32_t line_index_number(struct line_index *index, const struct stack_name *name)
{
	uint64_t hash = stack_name_line_hash(name);
	uint32_t number = hash_index_find(&index->numbers, hash, is_line, index, name);

	if (number)
		return number;
	if (index->count == UINT32_MAX ||
	    array_reserve(index->names, index->capacity, index->count + 1))
		return 0;
	index->names[index->count++] = *name;
	number = (uint32_t)index->count;
	return hash_index_add(&index->numbers, hash, number, line_hash, index) ? 0 : number;
}

void line_index_release(struct line_index *index)
{
	hash_index_release(&index->numbers);
	free(index->names);
	*index = (struct line_index){ .names = NULL };
}
