/* function_text.c - a function as people call it. Layer 11. */
#include "function_text.h"

#include "stack_names.h"
#include "text.h"

#include <string.h>

const char *function_text(char *text, size_t bytes, const struct classes *classes,
                          uint32_t function)
{
	const struct function *named = &classes->functions.functions[function];
	const struct location *location = address_map_location(classes->profile->map,
	                                                       named->location);
	struct stack_name name = { named->name, "",        "",   location->offset,
		                       0,           CALL_ROOT, false };

	if (function == FUNCTION_NONE)
		return text_escape(text, bytes, "(others)");
	if (named->module != MODULE_NONE)
		name.module = address_map_module(classes->profile->map, named->module)->path;
	return stack_name_text(text, bytes, &name);
}

const char *function_call_text(char *text, size_t bytes, const struct classes *classes,
                               uint32_t function)
{
	const char *name = classes->functions.functions[function].name;
	size_t used;

	function_text(text, bytes, classes, function);
	used = strlen(text);
	/* C++ brings parameters; what is named by its module and offset is no name to call */
	if (*name && !strstr(name, "+0x") && !strchr(text, '(') && used + 3 <= bytes)
		memcpy(text + used, "()", 3);
	return text;
}
