/* verdict/go_names.c - the names along a call path of Go's heap. */
#include "verdict/go_names.h"

#include "base/text.h"
#include "elf/go_name.h"
#include "verdict/function_text.h"

#include <stdio.h>
#include <string.h>

#define RUNTIME "runtime."
#define MAPS "internal/runtime/maps."
#define NAME_BYTES 512
#define PATH_FRAMES_LEAST 32 /* that every version of Go keeps of a stack */

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
	name.is_inlined = frames->inlined;
	name.is_library = frames->is_library;
	name.declared = frames->declared;
	name.apart = frames->apart;
	name.brackets = frames->brackets;
	return name;
}

/* What a function of the runtime makes; "": it is none that makes anything. */
static const char *made_by(const char *function)
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
	size_t i;

	if (strncmp(function, MAPS, strlen(MAPS)) == 0)
		return "map";
	if (strncmp(function, RUNTIME, strlen(RUNTIME)) != 0)
		return "";
	for (i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
		if (strncmp(function + strlen(RUNTIME), makers[i][0], strlen(makers[i][0])) ==
		    0)
			return makers[i][1];
	}
	return "";
}

static bool is_runtimes(const struct profile *profile, const struct go_heap_path *path,
                        uint32_t frame)
{
	const char *function = go_names_frame(profile, path, frame).function;

	return strncmp(function, RUNTIME, strlen(RUNTIME)) == 0 ||
	       strncmp(function, "internal/runtime/", 17) == 0;
}

const char *go_names_maker(const struct profile *profile,
                           const struct go_heap_path *path)
{
	const char *maker = "", *found;
	uint32_t i;

	for (i = 0; i < path->count && is_runtimes(profile, path, i); i++) {
		found = made_by(go_names_frame(profile, path, i).function);
		if (*found)
			maker = found;
	}
	return maker;
}

/* Whether the frame is of what every allocation goes through. */
static bool is_allocator(const struct profile *profile, const struct go_heap_path *path,
                         uint32_t frame)
{
	const char *function = go_names_frame(profile, path, frame).function;

	return *made_by(function) || strcmp(function, RUNTIME "mallocgc") == 0;
}

uint32_t go_names_first(const struct profile *profile, const struct go_heap_path *path)
{
	uint32_t first = 0;

	while (first < path->count && is_runtimes(profile, path, first))
		first++;
	if (first < path->count)
		return first;
	for (first = 0; first + 1 < path->count && is_allocator(profile, path, first);
	     first++)
		;
	return first;
}

bool go_names_is_cut(const struct profile *profile, const struct go_heap_path *path)
{
	const char *outermost;

	if (path->count < PATH_FRAMES_LEAST)
		return false;
	outermost = go_names_frame(profile, path, path->count - 1).function;
	/* what calls main.main is always the same */
	return !is_go_startup(outermost) && strcmp(outermost, "main.main") != 0;
}

void go_names_path(char *text, size_t bytes, const struct profile *profile,
                   const struct go_heap_path *path)
{
	uint32_t from = go_names_first(profile, path), to = path->count, i;
	struct stack_name name;
	char one[NAME_BYTES];
	const char *slash;
	size_t used = 0;

	while (to > from && is_runtimes(profile, path, to - 1))
		to--;
	if (from == to) /* the runtime itself */
		to = path->count;
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
