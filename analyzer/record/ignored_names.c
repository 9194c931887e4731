/* record/ignored_names.c - a list of file names that are not tried again. */
#include "record/ignored_names.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

/* Names are numbered from 1. */
static uint64_t name_hash_of(const void *context, uint32_t number)
{
	return hash_string(1, ((const struct ignored_names *)context)->names[number - 1]);
}

static bool name_is_same(const void *context, uint32_t number, const void *name)
{
	return !strcmp(((const struct ignored_names *)context)->names[number - 1], name);
}

void ignored_names_add(struct ignored_names *ignored, const char *name)
{
	if (array_reserve(ignored->names, ignored->capacity, ignored->count + 1))
		return;
	strcpy(ignored->names[ignored->count], name);
	if (!hash_index_add(&ignored->index, hash_string(1, name),
	                    (uint32_t)ignored->count + 1, name_hash_of, ignored))
		ignored->count++;
}

bool ignored_names_has(const struct ignored_names *ignored, const char *name)
{
	return hash_index_find(&ignored->index, hash_string(1, name), name_is_same, ignored,
	                       name);
}

void ignored_names_release(struct ignored_names *ignored)
{
	free(ignored->names);
	hash_index_release(&ignored->index);
	*ignored = (struct ignored_names){ .names = NULL };
}
