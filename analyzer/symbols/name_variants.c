/* symbols/name_variants.c - distinguishes functions whose names are shown alike, but differ. */
#include "symbols/name_variants.h"

#include "base/array.h"
#include "base/hash_index.h"
#include "elf/cxx_name.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_BYTES 512
#define COMPARED_MAX \
	32 /* of larger groups, not each name is compared with each other one */

/* A name with brackets: the table keeps one copy of equal strings, so addresses identify it. */
struct variant {
	const char *name;
	uint64_t hash; /* of the short name */
	uint32_t brackets;
};

struct variants {
	struct variant *items; /* [0] is unused */
	size_t count, capacity;
	struct hash_index index; /* by the address of the name */
	uint32_t *order;
};

static uint64_t variant_hash_of(const void *context, uint32_t number)
{
	return hash_words((uintptr_t)((const struct variants *)context)->items[number].name,
	                  5);
}

static bool variant_is_same(const void *context, uint32_t number, const void *name)
{
	return ((const struct variants *)context)->items[number].name == name;
}

static uint32_t variant_find(const struct variants *work, const char *name)
{
	return hash_index_find(&work->index, hash_words((uintptr_t)name, 5),
	                       variant_is_same, work, name);
}

static int variant_add(struct variants *work, const char *name)
{
	char brief[SHORT_BYTES];

	if (array_reserve(work->items, work->capacity, work->count + 2))
		return -1;
	work->items[++work->count] = (struct variant){
		.name = name,
		.hash = hash_string(7, function_name_short(brief, sizeof(brief), name)),
	};
	return hash_index_add(&work->index, hash_words((uintptr_t)name, 5),
	                      (uint32_t)work->count, variant_hash_of, work);
}

static bool has_variants(const struct symbol_frame *frame)
{
	return !frame->is_library && strpbrk(frame->function, "<(");
}

static int collect(struct variants *work, struct symbol_table *symbols)
{
	struct symbol_frame *frames;
	size_t i, j, count;
	uint32_t module;

	for (i = 1; (frames = symbol_table_chain(symbols, i, &module, &count)); i++) {
		for (j = 0; j < count; j++) {
			if (has_variants(&frames[j]) && !variant_find(work, frames[j].function) &&
			    variant_add(work, frames[j].function))
				return -1;
		}
	}
	return 0;
}

/* By short name, so that names that are shown alike are adjacent; then by name. */
static int variant_compare(const void *one, const void *two, void *context)
{
	const struct variant *items = context;
	const struct variant *a = &items[*(const uint32_t *)one];
	const struct variant *b = &items[*(const uint32_t *)two];

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* What is in one bracket of a name; length 0: it has none. */
static size_t bracket_of(const char *name, size_t which, const char **text)
{
	const char *texts[NAME_BRACKETS];
	size_t lengths[NAME_BRACKETS];

	if (which >= function_name_brackets(name, texts, lengths))
		return 0;
	*text = texts[which];
	return lengths[which];
}

static bool is_equal(const char *one, const char *two, size_t which)
{
	const char *of_one = "", *of_two = "";
	size_t length = bracket_of(one, which, &of_one);

	return length == bracket_of(two, which, &of_two) && !memcmp(of_one, of_two, length);
}

/* Whether this bracket differs between all names of the group, or between any. */
static bool differs(const struct variants *work, size_t first, size_t count,
                    size_t which, bool between_all)
{
	size_t i, j;

	for (i = 1; i < count; i++) {
		for (j = between_all ? 0 : i - 1; j < i; j++) {
			if (is_equal(work->items[work->order[first + i]].name,
			             work->items[work->order[first + j]].name,
			             which) == between_all)
				return !between_all;
		}
	}
	return between_all;
}

/* The brackets of a name that tell it from another one: by bracket `which`, or by all. */
static uint32_t difference(const char *name, const char *other, size_t which)
{
	const char *one = function_name_start(name), *two = function_name_start(other);

	if (which < NAME_BRACKETS) {
		bracket_of(name, which, &one);
		bracket_of(other, which, &two);
	}
	return function_name_difference(name, one, two);
}

/* The first bracket that differs between all names of the group; NAME_BRACKETS: there is none. */
static size_t telling_bracket(const struct variants *work, size_t first, size_t count)
{
	size_t i = 0;

	while (i < NAME_BRACKETS && !(differs(work, first, count, i, false) &&
	                              differs(work, first, count, i, true)))
		i++;
	return i;
}

/* Each name shows what tells it from each other name. */
static void few_tell(struct variants *work, size_t first, size_t count)
{
	size_t which = telling_bracket(work, first, count), i, j;
	struct variant *variant;

	for (i = 0; i < count; i++) {
		variant = &work->items[work->order[first + i]];
		for (j = 0; j < count; j++) {
			if (j != i)
				variant->brackets |= difference(
					variant->name, work->items[work->order[first + j]].name, which);
		}
	}
}

/*
 * All show what tells any name from the next one. That is enough for any two, as they are sorted:
 * the first difference of two names is that of two neighbours between them.
 */
static void many_tell(struct variants *work, size_t first, size_t count)
{
	uint32_t brackets = 0;
	size_t i;

	for (i = 1; i < count; i++)
		brackets |= difference(work->items[work->order[first + i]].name,
		                       work->items[work->order[first + i - 1]].name,
		                       NAME_BRACKETS);
	for (i = 0; i < count; i++)
		work->items[work->order[first + i]].brackets = brackets;
}

static void group_tell(struct variants *work, size_t first, size_t count)
{
	if (count <= COMPARED_MAX)
		few_tell(work, first, count);
	else
		many_tell(work, first, count);
}

static int groups_tell(struct variants *work)
{
	size_t i, first = 0;

	work->order = malloc((work->count + 1) * sizeof(*work->order));
	if (!work->order)
		return -1;
	for (i = 0; i < work->count; i++)
		work->order[i] = (uint32_t)i + 1;
	if (work->count)
		qsort_r(work->order, work->count, sizeof(*work->order), variant_compare,
		        work->items);
	for (i = 1; i <= work->count; i++) {
		if (i < work->count &&
		    work->items[work->order[i]].hash == work->items[work->order[first]].hash)
			continue;
		if (i - first > 1)
			group_tell(work, first, i - first);
		first = i;
	}
	return 0;
}

int name_variants_tell(struct symbol_table *symbols)
{
	struct variants work = { .items = NULL };
	struct symbol_frame *frames;
	int result = collect(&work, symbols);
	size_t i, j, count;
	uint32_t module;

	if (!result)
		result = groups_tell(&work);
	for (i = 1; !result && work.count &&
	            (frames = symbol_table_chain(symbols, i, &module, &count));
	     i++) {
		for (j = 0; j < count; j++) {
			if (has_variants(&frames[j]))
				frames[j].brackets = work.items[variant_find(&work, frames[j].function)]
				                         .brackets;
		}
	}
	hash_index_release(&work.index);
	free(work.items);
	free(work.order);
	return result;
}
