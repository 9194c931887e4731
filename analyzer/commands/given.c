/* commands/given.c - reads debug files, and refuses those of other builds. */
#include "commands/given.h"

#include "elf/file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a given file is compared with. */
struct builds {
	struct trace_reader *reader;
	struct address_map **maps; /* of each process */
	size_t count;
};

/* Without the directory. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Whether a file of this name usually belongs to the module: "tool.debug" to "tool". */
static bool is_named_like(const char *file, const char *module)
{
	size_t bytes = strlen(base_name(module));

	file = base_name(file);
	return !strncmp(file, base_name(module), bytes) &&
	       (!file[bytes] || !strncmp(file + bytes, ".debug", 6) ||
	        !strcmp(file + bytes, ".dbg"));
}

static bool is_build(const struct module *module, const struct debug_contents *contents)
{
	return module->build_id_bytes == contents->build_id_bytes &&
	       !memcmp(module->build_id, contents->build_id, module->build_id_bytes);
}

/*
 * The module of this build; NULL: there is none. *like: then the module that the file's name
 * suggests, or else the program.
 */
static const struct module *build_find(const struct builds *builds,
                                       const struct given_file *file,
                                       const struct module **like)
{
	const struct module *module;
	const char *executable;
	int best = -1, fit;
	size_t i, j;

	*like = NULL;
	for (i = 0; i < builds->count; i++) {
		executable = trace_reader_process(builds->reader, i)->header.executable;
		for (j = 0; j < address_map_module_count(builds->maps[i]); j++) {
			module = address_map_module(builds->maps[i], (uint32_t)j);
			if (!module->path)
				continue;
			if (is_build(module, &file->contents))
				return module;
			fit = is_named_like(file->path, module->path)
			          ? 2
			          : !strcmp(module->path, executable);
			if (fit > best) {
				*like = module;
				best = fit;
			}
		}
	}
	return NULL;
}

/* Whether another given file has a part of its debug information in this one (dwz). */
static bool is_alternate(const struct given_files *given,
                         const struct debug_contents *contents)
{
	const struct debug_contents *other;
	size_t i;

	for (i = 0; contents->build_id_bytes && i < given->count; i++) {
		other = &given->list[i].contents;
		if (other->alternate_id_bytes == contents->build_id_bytes &&
		    !memcmp(other->alternate_id, contents->build_id, contents->build_id_bytes))
			return true;
	}
	return false;
}

/* "build-id 1234..", or that there is none. */
static const char *id_text(char text[16 + BUILD_ID_TEXT_BYTES], const uint8_t *id,
                           size_t bytes)
{
	char digits[BUILD_ID_TEXT_BYTES];

	if (!bytes)
		return "no build-id";
	snprintf(text, 16 + BUILD_ID_TEXT_BYTES, "build-id %s",
	         elf_build_id_text(digits, id, bytes));
	return text;
}

static _Noreturn void refuse(const struct builds *builds, const struct given_file *file,
                             const struct module *like)
{
	char own[16 + BUILD_ID_TEXT_BYTES], other[16 + BUILD_ID_TEXT_BYTES];

	if (!like)
		die("%s: %s: %s has no modules", file->path,
		    id_text(own, file->contents.build_id, file->contents.build_id_bytes),
		    trace_reader_name(builds->reader));
	die("%s: %s is that of no module of %s: its %s has %s", file->path,
	    id_text(own, file->contents.build_id, file->contents.build_id_bytes),
	    trace_reader_name(builds->reader), like->path,
	    id_text(other, like->build_id, like->build_id_bytes));
}

/*
 * Check what one path gave, the files of the list from `first` to `end`. A file must be of a
 * module; of those in a directory, at least one must be.
 */
static void path_check(const struct builds *builds, const struct given_files *given,
                       const char *path, size_t first, size_t end)
{
	const struct given_file *file, *wrong = NULL;
	const struct module *like, *wrong_like = NULL;
	size_t i;

	for (i = first; i < end; i++) {
		file = &given->list[i];
		if (build_find(builds, file, &like) || is_alternate(given, &file->contents))
			return;
		if (!wrong || (like && is_named_like(file->path, like->path))) {
			wrong = file;
			wrong_like = like;
		}
	}
	if (!wrong)
		die("%s: no programs, libraries or debug files are in it", path);
	if (wrong->is_named || (wrong_like && is_named_like(wrong->path, wrong_like->path)))
		refuse(builds, wrong, wrong_like);
	die("%s: none of its %zu programs, libraries and debug files is of a module of %s",
	    path, end - first, trace_reader_name(builds->reader));
}

/* The maps of all processes. */
static void builds_read(struct builds *builds, struct trace_reader *reader)
{
	size_t i;

	builds->reader = reader;
	builds->count = trace_reader_process_count(reader);
	builds->maps = calloc(builds->count, sizeof(struct address_map *));
	for (i = 0; builds->maps && i < builds->count; i++) {
		builds->maps[i] = trace_reader_map(reader, trace_reader_process(reader, i));
		if (!builds->maps[i])
			break;
	}
	if (i < builds->count)
		die("%s: out of memory", trace_reader_name(reader));
}

void given_read(struct given_files *given, const char *const *paths, size_t count,
                struct trace_reader *reader)
{
	size_t *first = calloc(count + 1, sizeof(*first)), i;
	struct builds builds = { .count = 0 };
	struct error error;

	if (!first)
		die("%s: out of memory", trace_reader_name(reader));
	for (i = 0; i < count; i++) {
		first[i] = given->count;
		if (given_files_add(given, paths[i], &error))
			die("%s", error.message);
	}
	if (count)
		builds_read(&builds, reader);
	first[count] = given->count;
	for (i = 0; i < count; i++)
		path_check(&builds, given, paths[i], first[i], first[i + 1]);
	for (i = 0; i < builds.count; i++)
		address_map_free(builds.maps[i]);
	free(builds.maps);
	free(first);
}
