/* symbols/namesakes.c - distinguishes functions of the same name. */
#include "symbols/namesakes.h"

#include "base/array.h"
#include "base/hash_index.h"
#include "elf/file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APART_BYTES 256

/* A function: one for each pair of module and name, whatever number of frames it has. */
struct named {
	const struct symbol_frame *frame; /* any of its frames */
	uint32_t module;
	const char *apart;
};

struct namesakes {
	struct symbol_table *symbols;
	const struct address_map *map;
	struct named *functions; /* [0] is unused */
	size_t count, capacity;
	struct hash_index index;
	uint32_t *by_name;
	char (*texts)[APART_BYTES]; /* of the current group of namesakes */
	const char **sorted;        /* the same texts, sorted */
};

/* The table keeps one copy of equal strings, so their addresses identify a function. */
static uint64_t named_hash(const struct named *named)
{
	return hash_words((uintptr_t)named->frame->function, named->module);
}

static uint64_t named_hash_of(const void *context, uint32_t number)
{
	return named_hash(&((const struct namesakes *)context)->functions[number]);
}

static bool named_is_same(const void *context, uint32_t number, const void *key)
{
	const struct named *one = &((const struct namesakes *)context)->functions[number];
	const struct named *other = key;

	return one->frame->function == other->frame->function &&
	       one->module == other->module;
}

static uint32_t named_find(const struct namesakes *work, const struct named *like)
{
	return hash_index_find(&work->index, named_hash(like), named_is_same, work, like);
}

static int named_add(struct namesakes *work, const struct named *named)
{
	if (array_reserve(work->functions, work->capacity, work->count + 2))
		return -1;
	work->functions[work->count + 1] = *named;
	if (hash_index_add(&work->index, named_hash(named), (uint32_t)work->count + 1,
	                   named_hash_of, work))
		return -1;
	work->count++;
	return 0;
}

/* Called for each frame whose function has a name. 0: go on; else stop. */
typedef int frame_visit(struct namesakes *work, const struct named *named,
                        struct symbol_frame *frame);

/* Call `visit` for all frames of all chains. Chains are numbered from 1; NULL ends them. */
static int frames_visit(struct namesakes *work, frame_visit *visit)
{
	struct named named = { .apart = "" };
	struct symbol_frame *frames;
	size_t i, j, count;
	int result = 0;

	for (i = 1; !result &&
	            (frames = symbol_table_chain(work->symbols, i, &named.module, &count));
	     i++) {
		for (j = 0; j < count && !result; j++) {
			named.frame = &frames[j];
			if (*frames[j].function)
				result = visit(work, &named, &frames[j]);
		}
	}
	return result;
}

static int function_collect(struct namesakes *work, const struct named *named,
                            struct symbol_frame *frame)
{
	(void)frame;
	return named_find(work, named) ? 0 : named_add(work, named);
}

/* Order by name, so that namesakes are adjacent; equal names keep their order. */
static int name_compare(const void *one, const void *two, void *context)
{
	const struct named *functions = context;
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)two;
	int order = strcmp(functions[a].frame->function, functions[b].frame->function);

	return order ? order : a < b ? -1 : a > b;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* What to distinguish namesakes by: each kind says more than the one before. */
enum apart_kind {
	APART_FILE,
	APART_MODULE,
	APART_LINE,
	APART_LINE_AND_MODULE,
	APART_WHOLE,
	APART_BUILD,
	APART_COUNT
};

/* "libx.so+0x1f00": what has no name. Of another build of the file, it is another function. */
static bool is_address(const char *name)
{
	return strstr(name, "+0x") != NULL;
}

/* Append the first digits of the build-id. The end of a long path gives way to them. */
static void build_add(char *text, const struct namesakes *work, uint32_t module)
{
	char build[BUILD_ID_TEXT_BYTES];
	const struct module *file;
	size_t used = strlen(text);

	if (module >= address_map_module_count(work->map))
		return;
	file = address_map_module(work->map, module);
	if (!file->build_id_bytes)
		return;
	elf_build_id_text(build, file->build_id, file->build_id_bytes);
	if (used > APART_BYTES - sizeof(build))
		used = APART_BYTES - sizeof(build);
	snprintf(text + used, APART_BYTES - used, ", build %.8s", build);
}

/*
 * Write one kind of text about the function. `declared` is "/src/a.c:12", "a.c@0x1130",
 * "@0x1130" or empty: `file` becomes its last part, and `end` is where the line or the
 * address begins. A text that is too long is cut.
 */
static void apart_text(char *text, const struct namesakes *work,
                       const struct named *named, enum apart_kind kind)
{
	const char *declared = named->frame->declared;
	const char *file = last_part(declared + (*declared == '@'));
	const char *module = "", *end = file + strlen(file);

	if (named->module < address_map_module_count(work->map))
		module = address_map_module(work->map, named->module)->path;
	while (end > file && end[-1] != ':' && end[-1] != '@')
		end--;
	if (end > file)
		end--;
	switch (kind) {
	case APART_FILE:
		snprintf(text, APART_BYTES, "%.*s", (int)(end - file), file);
		break;
	case APART_MODULE: snprintf(text, APART_BYTES, "%s", last_part(module)); break;
	case APART_LINE: snprintf(text, APART_BYTES, "%s", file); break;
	case APART_LINE_AND_MODULE:
		snprintf(text, APART_BYTES, "%s%s%s", file, *file && *module ? ", " : "",
		         last_part(module));
		break;
	default:
		snprintf(text, APART_BYTES, "%s%s%s", declared, *file && *module ? ", " : "",
		         module);
		if (kind == APART_BUILD && is_address(named->frame->function))
			build_add(text, work, named->module);
	}
}

static int text_compare(const void *one, const void *two)
{
	return strcmp(*(const char *const *)one, *(const char *const *)two);
}

/* Fill the texts of a group. True: no two of them are equal. */
static bool group_texts(struct namesakes *work, size_t first, size_t count,
                        enum apart_kind kind)
{
	size_t i;

	for (i = 0; i < count; i++) {
		apart_text(work->texts[i], work, &work->functions[work->by_name[first + i]],
		           kind);
		work->sorted[i] = work->texts[i];
	}
	qsort(work->sorted, count, sizeof(*work->sorted), text_compare);
	for (i = 1; i < count; i++) {
		if (!strcmp(work->sorted[i - 1], work->sorted[i]))
			return false;
	}
	return true;
}

/*
 * Distinguish `count` functions of one name, from `first` on, by the first kind of text that
 * differs for all of them. If even the last kind does not (long paths are cut), it is used
 * all the same.
 */
static int group_tell(struct namesakes *work, size_t first, size_t count)
{
	enum apart_kind kind = APART_FILE;
	struct named *named;
	size_t i;

	free(work->texts);
	free(work->sorted);
	work->texts = malloc(count * sizeof(*work->texts));
	work->sorted = malloc(count * sizeof(*work->sorted));
	if (!work->texts || !work->sorted)
		return -1;
	while (!group_texts(work, first, count, kind) && kind + 1 < APART_COUNT)
		kind++;
	for (i = 0; i < count; i++) {
		named = &work->functions[work->by_name[first + i]];
		named->apart = symbol_table_keep(work->symbols, work->texts[i]);
		if (!named->apart)
			return -1;
	}
	return 0;
}

/*
 * Sort the functions by name and go through the groups of equal names. A function whose name
 * is unique keeps an empty `apart`.
 */
static int groups_tell(struct namesakes *work)
{
	size_t i, first = 0;

	work->by_name = malloc((work->count + 1) * sizeof(*work->by_name));
	if (!work->by_name)
		return -1;
	for (i = 0; i < work->count; i++)
		work->by_name[i] = (uint32_t)i + 1;
	if (work->count)
		qsort_r(work->by_name, work->count, sizeof(*work->by_name), name_compare,
		        work->functions);
	for (i = 1; i <= work->count; i++) {
		if (i < work->count &&
		    !strcmp(work->functions[work->by_name[i]].frame->function,
		            work->functions[work->by_name[first]].frame->function))
			continue;
		if (i - first > 1 && group_tell(work, first, i - first))
			return -1;
		first = i;
	}
	return 0;
}

static int frame_tell(struct namesakes *work, const struct named *named,
                      struct symbol_frame *frame)
{
	frame->apart = work->functions[named_find(work, named)].apart;
	return 0;
}

/*
 * Three passes: collect the functions, find their texts, set these in the frames. The texts
 * cannot be found frame by frame, as each depends on all functions of that name.
 */
int namesakes_tell(struct symbol_table *symbols, const struct address_map *map)
{
	struct namesakes work = { .symbols = symbols, .map = map };
	int result = frames_visit(&work, function_collect);

	if (!result)
		result = groups_tell(&work);
	if (!result && work.count)
		result = frames_visit(&work, frame_tell);
	hash_index_release(&work.index);
	free(work.functions);
	free(work.by_name);
	free(work.texts);
	free(work.sorted);
	return result;
}
