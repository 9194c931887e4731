/* verdict/go_names.c - the names along a call path of Go's heap. */
#include "verdict/go_names.h"

#include "base/text.h"
#include "verdict/function_text.h"

#include <stdio.h>
#include <string.h>

#define RUNTIME "runtime."
#define NAME_BYTES 512

struct stack_name go_names_frame(const struct profile *profile,
                                 const struct go_heap_path *path, uint32_t frame)
{
	uint32_t number = profile->go_heap.locations[path->first + frame];
	const struct location *at = address_map_location(profile->map, number);
	struct stack_name name = stack_name_none(at->offset);
	const struct symbol_frame *frames;
	const struct module *module;
	size_t count;

	if (at->module != MODULE_NONE) {
		module = address_map_module(profile->map, at->module);
		name.module = module->path;
	}
	frames = symbol_table_find(profile->symbols, at->module, at->offset, &count);
	if (!count)
		return name;
	name.function = frames->function;
	name.file = frames->file;
	name.line = frames->line;
	return name;
}

const char *go_names_maker(const struct profile *profile,
                           const struct go_heap_path *path)
{
	/* Beginnings of names in runtime/slice.go, malloc.go, map.go, string.go, chan.go .. */
	static const char *const makers[][2] = {
		{ "makeslice", "make" },       { "growslice", "append" },
		{ "newobject", "new" },        { "newarray", "new" },
		{ "makemap", "map" },          { "mapassign", "map" },
		{ "makechan", "channel" },     { "concatstring", "string" },
		{ "rawstring", "string" },     { "slicebytetostring", "string" },
		{ "stringtoslice", "string" }, { "rawbyteslice", "string" },
		{ "convT", "interface" },      { "newproc", "goroutine" },
		{ "malg", "goroutine" },
	};
	const char *maker = "", *function;
	uint32_t i;
	size_t j;

	for (i = 0; i < path->count; i++) {
		function = go_names_frame(profile, path, i).function;
		if (strncmp(function, "internal/runtime/maps.", 22) == 0) {
			maker = "map";
			continue;
		}
		if (strncmp(function, RUNTIME, strlen(RUNTIME)) != 0)
			break;
		function += strlen(RUNTIME);
		for (j = 0; j < sizeof(makers) / sizeof(*makers); j++) {
			if (strncmp(function, makers[j][0], strlen(makers[j][0])) == 0)
				maker = makers[j][1];
		}
	}
	return maker;
}

static bool is_runtimes(const struct profile *profile, const struct go_heap_path *path,
                        uint32_t frame)
{
	const char *function = go_names_frame(profile, path, frame).function;

	return strncmp(function, RUNTIME, strlen(RUNTIME)) == 0 ||
	       strncmp(function, "internal/runtime/", 17) == 0;
}

void go_names_path(char *text, size_t bytes, const struct profile *profile,
                   const struct go_heap_path *path)
{
	uint32_t from = 0, to = path->count, i;
	struct stack_name name;
	char one[NAME_BYTES];
	const char *slash;
	size_t used = 0;

	while (from < to && is_runtimes(profile, path, from))
		from++;
	while (to > from && is_runtimes(profile, path, to - 1))
		to--;
	if (from == to) { /* the runtime itself */
		from = 0;
		to = path->count;
	}
	snprintf(text, bytes, "(no stack)");
	for (i = from; i < to && used < bytes; i++) {
		name = go_names_frame(profile, path, i);
		stack_name_text(one, sizeof(one), &name);
		used += (size_t)snprintf(text + used, bytes - used, "%s%s",
		                         i > from ? " < " : "", one);
		slash = strrchr(name.file, '/');
		text_escape(one, sizeof(one), slash ? slash + 1 : name.file);
		if (name.line && used < bytes)
			used += (size_t)snprintf(text + used, bytes - used, " %s:%u", one,
			                         name.line);
	}
}
