/* verdict/function_text.c - a function as people call it. */
#include "verdict/function_text.h"

#include "verdict/stack_names.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The name as a stack would have it; `apart` as well if that is wanted. */
static const char *name_text(char *text, size_t bytes, const struct classes *classes,
                             uint32_t function, bool has_apart)
{
	const struct function *named = &classes->functions.functions[function];
	const struct location *location = address_map_location(classes->profile->map,
	                                                       named->location);
	struct stack_name name = stack_name_none(location->offset);

	if (function == FUNCTION_NONE)
		return text_escape(text, bytes, "(others)");
	name.function = named->name;
	if (has_apart)
		name.apart = named->apart;
	if (named->module != MODULE_NONE)
		name.module = address_map_module(classes->profile->map, named->module)->path;
	return stack_name_text(text, bytes, &name);
}

const char *function_text(char *text, size_t bytes, const struct classes *classes,
                          uint32_t function)
{
	return name_text(text, bytes, classes, function, true);
}

const char *function_call_text(char *text, size_t bytes, const struct classes *classes,
                               uint32_t function)
{
	const struct function *named = &classes->functions.functions[function];
	char apart[256];
	size_t used;

	name_text(text, bytes, classes, function, false);
	used = strlen(text);
	/* C++ brings parameters; what is named by its module and offset is no name to call */
	if (*named->name && !strstr(named->name, "+0x") && !strchr(text, '(') &&
	    used + 3 <= bytes)
		memcpy(text + used, "()", 3);
	used = strlen(text);
	if (*named->apart)
		snprintf(text + used, bytes - used, " (%s)",
		         text_escape(apart, sizeof(apart), named->apart));
	return text;
}
