/* verdict/function_text.c - functions as they are shown to people. */
#include "verdict/function_text.h"

#include "base/text.h"
#include "elf/cxx_name.h"
#include "elf/go_name.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/*
 * Names come from the program's files and are untrusted, so each text is escaped as the last
 * step. A name too long for `plain` is cut, which does no harm in a text for people.
 */
const char *stack_name_text(char *text, size_t bytes, const struct stack_name *name)
{
	char plain[512];
	size_t used;

	if (name->is_gap)
		return text_escape(text, bytes, "(gap)");
	if (*name->function) {
		function_name_partly(plain, sizeof(plain), name->function, name->brackets);
		used = strlen(plain);
		if (*name->apart)
			snprintf(plain + used, sizeof(plain) - used, " (%s)", name->apart);
		else if (is_go_runtime_c(name->function))
			snprintf(plain + used, sizeof(plain) - used, " (Go's runtime)");
		return text_escape(text, bytes, plain);
	}
	if (*name->module)
		snprintf(plain, sizeof(plain), "%s+0x%" PRIx64, last_part(name->module),
		         name->offset);
	else
		snprintf(plain, sizeof(plain), "0x%" PRIx64, name->offset);
	return text_escape(text, bytes, plain);
}

/* "libx.so+0x1f00" already names the module (elf/functions.h). */
static bool is_named_by_module(const struct stack_name *name)
{
	const char *module = last_part(name->module);
	size_t length = strlen(module);

	if (!*name->function) /* shown as module and offset */
		return true;
	return !strncmp(name->function, module, length) && name->function[length] == '+';
}

/*
 * The best that is known: file and line, the file, or the module unless the name contains it.
 */
const char *stack_name_line(char *text, size_t bytes, const struct stack_name *name)
{
	char plain[512];

	if (*name->file && name->line)
		snprintf(plain, sizeof(plain), "%s:%u", last_part(name->file), name->line);
	else if (*name->file)
		snprintf(plain, sizeof(plain), "%s", last_part(name->file));
	else if (*name->module && !is_named_by_module(name))
		snprintf(plain, sizeof(plain), "%s", last_part(name->module));
	else
		plain[0] = 0;
	return text_escape(text, bytes, plain);
}

const char *function_lines_text(char *text, size_t bytes,
                                const struct function *function, const char *call)
{
	struct stack_name begin = stack_name_none(0);
	char own[256];

	begin.file = function->home;
	begin.line = function->home_line;
	stack_name_line(own, sizeof(own), &begin);
	if (!begin.line || !strcmp(own, call))
		snprintf(text, bytes, "%s", call);
	else
		snprintf(text, bytes, "%s%s%s", own, *call ? ", allocates at " : "", call);
	return text;
}

/* ---- of the function table --------------------------------------------------------- */

/* The name as a stack shows it; with `apart` as well if that is wanted. */
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
	name.brackets = named->brackets;
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

const char *function_owner_text(char *text, size_t bytes, const struct classes *classes,
                                uint32_t function)
{
	if (classes->functions.functions[function].calls_main)
		return text_escape(text, bytes, "(freed at exit, after main() returned)");
	return function_text(text, bytes, classes, function);
}

const char *function_call_text(char *text, size_t bytes, const struct classes *classes,
                               uint32_t function)
{
	const struct function *named = &classes->functions.functions[function];
	char apart[256];
	size_t used;

	name_text(text, bytes, classes, function, false);
	used = strlen(text);
	/* C++ names have their parameters; "module+0x12" is no name that could be called */
	if (*named->name && !strstr(named->name, "+0x") &&
	    !text[function_name_bytes(text)] && used + 3 <= bytes)
		memcpy(text + used, "()", 3);
	used = strlen(text);
	if (*named->apart)
		snprintf(text + used, bytes - used, " (%s)",
		         text_escape(apart, sizeof(apart), named->apart));
	return text;
}
