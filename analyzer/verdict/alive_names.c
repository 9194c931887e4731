/* verdict/alive_names.c - the names along a call path of what is alive. */
#include "verdict/alive_names.h"

#include "verdict/function_text.h"

#include <stdio.h>

#define NAME_BYTES 512

int alive_names_first(struct stack_names *scratch, const struct profile *profile,
                      const struct alive_path *path)
{
	struct stack_name name;
	uint32_t i;
	int result;

	for (i = 0; i < path->count; i++) {
		result = stack_name_blamed(&name, scratch, profile,
		                           profile->alive.locations[path->first + i]);
		if (result)
			return result < 0 ? -1 : (int)i;
	}
	return 0;
}

int alive_names_call(struct stack_name *name, struct stack_names *scratch,
                     const struct profile *profile, const struct alive_path *path,
                     uint32_t call)
{
	return stack_name_blamed(name, scratch, profile,
	                         profile->alive.locations[path->first + call]) < 0
	           ? -1
	           : 0;
}

/* Append "f a.c:3"; returns how many bytes that takes, or -1. */
static int call_text(char *text, size_t bytes, struct stack_names *scratch,
                     const struct profile *profile, const struct alive_path *path,
                     uint32_t call)
{
	char function[NAME_BYTES], line[NAME_BYTES];
	struct stack_name name;

	if (alive_names_call(&name, scratch, profile, path, call))
		return -1;
	stack_name_text(function, sizeof(function), &name);
	if (!name.line)
		return snprintf(text, bytes, "%s", function);
	return snprintf(text, bytes, "%s %s", function,
	                stack_name_line(line, sizeof(line), &name));
}

int alive_names_path(char *text, size_t bytes, const struct profile *profile,
                     const struct alive_path *path)
{
	struct stack_names scratch = { NULL, 0, 0 };
	int first = alive_names_first(&scratch, profile, path), length = first;
	size_t used = 0;
	uint32_t i;

	snprintf(text, bytes, "(call paths that are not known)");
	for (i = (uint32_t)first; length >= 0 && i < path->count && used + 4 < bytes; i++) {
		if (used)
			used += (size_t)snprintf(text + used, bytes - used, " < ");
		length = call_text(text + used, bytes - used, &scratch, profile, path, i);
		used += length > 0 ? (size_t)length : 0;
	}
	stack_names_release(&scratch);
	return length < 0 ? -1 : 0;
}
