/* verdict/debug_gaps.c - modules without debug information whose functions allocated. */
#include "verdict/debug_gaps.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is known of a machine function. Those that are only inlined have debug information. */
enum { NOT_SEEN, WITHOUT_LINES, WITH_LINES };

/* That of each function. */
static uint8_t *functions_look(const struct classes *classes)
{
	const struct function_table *table = &classes->functions;
	uint8_t *seen = calloc((size_t)table->count + 1, 1);
	const struct symbol_frame *frames;
	uint32_t i, function;
	size_t count;

	for (i = 1; seen && i < table->machine_count; i++) {
		function = table->of_machine[i];
		frames = profile_machine_frames(classes->profile, i, &count);
		if (count && (*frames[count - 1].file || frames[count - 1].line))
			seen[function] = WITH_LINES;
		else if (seen[function] == NOT_SEEN)
			seen[function] = WITHOUT_LINES;
	}
	return seen;
}

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

/* Whether the module's own file is at its path on this machine. */
static bool is_here(const struct module *module)
{
	int file = open(module->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct elf_file elf;
	struct stat status;
	bool is_same;

	if (file < 0)
		return false;
	is_same = !fstat(file, &status) && S_ISREG(status.st_mode) &&
	          module->build_id_bytes && elf_file_read(&elf, file) == ELF_OK &&
	          elf_file_is_build(&elf, module->build_id, module->build_id_bytes);
	close(file);
	return is_same;
}

/* Without memory, no package is known. */
static void packages_find(struct debug_gaps *gaps, const struct address_map *map)
{
	struct packaged_file *files = calloc(gaps->count + 1, sizeof(*files));
	const struct module *module;
	size_t count = 0, i, j;

	for (i = 0; files && i < gaps->count; i++) {
		module = address_map_module(map, gaps->gaps[i].module);
		if (module->path && module->path[0] == '/' && is_here(module))
			files[count++].path = module->path;
	}
	if (count)
		debian_packages_find(files, count);
	for (i = 0; i < count; i++) {
		for (j = 0; j < gaps->count && *files[i].package; j++) {
			if (address_map_module(map, gaps->gaps[j].module)->path == files[i].path)
				debian_debug_package(gaps->gaps[j].package, files[i].package);
		}
	}
	free(files);
}

/* Count what functions without debug information allocated, by module. */
static void gaps_count(struct debug_gaps *gaps, const struct classes *classes,
                       const bool *has_lines, const uint8_t *functions)
{
	const struct profile *profile = classes->profile;
	const struct replay *replay = &profile->replay;
	const struct function *function;
	const struct call_path *path;
	struct debug_gap *gap;
	uint32_t number;
	size_t i;

	for (i = 1; i < replay->paths.count; i++) {
		path = replay_path(replay, (uint32_t)i);
		number = function_of_node(&classes->functions, profile,
		                          classes_path_node(classes, (uint32_t)i));
		function = &classes->functions.functions[number];
		if (function->module == MODULE_NONE)
			continue;
		gap = &gaps->gaps[function->module];
		gap->is_partial = has_lines[function->module];
		if (gap->is_partial &&
		    (function->is_library || functions[number] != WITHOUT_LINES))
			continue;
		gap->calls += path->allocations;
		gap->bytes += path->bytes;
	}
}

int debug_gaps_make(struct debug_gaps *gaps, const struct classes *classes)
{
	const struct profile *profile = classes->profile;
	size_t modules = address_map_module_count(profile->map), i, kept = 0;
	uint8_t *functions = functions_look(classes);
	bool *has_lines = lines_find(profile);

	*gaps = (struct debug_gaps){ calloc(modules + 1, sizeof(*gaps->gaps)), 0, NULL, 0 };
	gaps->missing = symbol_table_missing(profile->symbols, &gaps->missing_count);
	if (!has_lines || !functions || !gaps->gaps) {
		free(functions);
		free(has_lines);
		return -1;
	}
	for (i = 0; i < modules; i++)
		gaps->gaps[i].module = (uint32_t)i;
	gaps_count(gaps, classes, has_lines, functions);
	free(functions);
	free(has_lines);
	for (i = 0; i < modules; i++) {
		if (gaps->gaps[i].calls)
			gaps->gaps[kept++] = gaps->gaps[i];
	}
	gaps->count = kept;
	if (kept)
		qsort(gaps->gaps, kept, sizeof(*gaps->gaps), gap_compare);
	packages_find(gaps, profile->map);
	return 0;
}

void debug_gaps_release(struct debug_gaps *gaps)
{
	free(gaps->gaps);
	*gaps = (struct debug_gaps){ NULL, 0, NULL, 0 };
}

const char *build_id_text(char *text, const struct module *module)
{
	return elf_build_id_text(text, module->build_id, module->build_id_bytes);
}
