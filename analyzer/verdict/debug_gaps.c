/* verdict/debug_gaps.c - modules without debug information whose functions allocated. */
#include "verdict/debug_gaps.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Whether any location of a module has a file and a line, by number of the module. */
static bool *lines_find(const struct profile *profile)
{
	size_t modules = address_map_module_count(profile->map), count, i;
	size_t locations = address_map_location_count(profile->map);
	bool *has_lines = calloc(modules + 1, sizeof(*has_lines));
	const struct symbol_frame *frames;
	const struct location *location;

	for (i = 1; has_lines && i < locations; i++) {
		location = address_map_location(profile->map, (uint32_t)i);
		frames = profile_machine_frames(profile, (uint32_t)i, &count);
		if (location->module != MODULE_NONE && count && frames[0].line)
			has_lines[location->module] = true;
	}
	return has_lines;
}

static int gap_compare(const void *one, const void *two)
{
	const struct debug_gap *a = one, *b = two;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return a->module < b->module ? -1 : a->module > b->module;
}

int debug_gaps_make(struct debug_gaps *gaps, const struct classes *classes)
{
	const struct profile *profile = classes->profile;
	const struct replay *replay = &profile->replay;
	size_t modules = address_map_module_count(profile->map), i, kept = 0;
	bool *has_lines = lines_find(profile);
	const struct call_path *path;
	uint32_t module, function;

	*gaps = (struct debug_gaps){ calloc(modules + 1, sizeof(*gaps->gaps)), 0 };
	if (!has_lines || !gaps->gaps) {
		free(has_lines);
		return -1;
	}
	for (i = 0; i < modules; i++)
		gaps->gaps[i].module = (uint32_t)i;
	for (i = 1; i < replay->paths.count; i++) {
		path = replay_path(replay, (uint32_t)i);
		function = function_of_node(&classes->functions, profile,
		                            classes_path_node(classes, (uint32_t)i));
		module = classes->functions.functions[function].module;
		if (module == MODULE_NONE || has_lines[module])
			continue;
		gaps->gaps[module].calls += path->allocations;
		gaps->gaps[module].bytes += path->bytes;
	}
	for (i = 0; i < modules; i++) {
		if (gaps->gaps[i].calls)
			gaps->gaps[kept++] = gaps->gaps[i];
	}
	gaps->count = kept;
	if (kept)
		qsort(gaps->gaps, kept, sizeof(*gaps->gaps), gap_compare);
	free(has_lines);
	return 0;
}

void debug_gaps_release(struct debug_gaps *gaps)
{
	free(gaps->gaps);
	*gaps = (struct debug_gaps){ NULL, 0 };
}

const char *build_id_text(char *text, const struct module *module)
{
	return elf_build_id_text(text, module->build_id, module->build_id_bytes);
}
