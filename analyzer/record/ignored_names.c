/* record/ignored_names.c - a list of file names that are not tried again. */
#include "record/ignored_names.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void ignored_names_add(struct ignored_names *ignored, const char *name)
{
	if (array_reserve(ignored->names, ignored->capacity, ignored->count + 1))
		return;
	strcpy(ignored->names[ignored->count++], name);
}

bool ignored_names_has(const struct ignored_names *ignored, const char *name)
{
	size_t i;

	for (i = 0; i < ignored->count; i++) {
		if (!strcmp(ignored->names[i], name))
			return true;
	}
	return false;
}

void ignored_names_release(struct ignored_names *ignored)
{
	free(ignored->names);
	*ignored = (struct ignored_names){ .names = NULL };
}
