/* verdict/advice_lines.c - advice by the lines of the source. */
#include "verdict/advice_lines.h"

#include "elf/cxx_name.h"

#include <stdlib.h>
#include <string.h>

#define FAMILY_BYTES 512 /* a longer name is compared up to there */
/* so much of a line's blocks must fit advice about it: whoever changes the line, changes all */
#define LINE_PERCENT 90

struct merging {
	const struct classes *classes;
	struct call_sites *call_sites;
};

/* Where the source has the call; NULL: not known. */
static const struct symbol_frame *line_of(const struct merging *merging,
                                          uint32_t call_site)
{
	uint32_t location = merging->call_sites->call_sites[call_site].location;
	const struct symbol_frame *frames;
	size_t count;

	frames = profile_frames(merging->classes->profile, location, &count);
	return count && frames[count - 1].line ? &frames[count - 1] : NULL;
}

/* Of template instances, the name that they have in common. */
static int family_compare(const char *one, const char *two)
{
	char a[FAMILY_BYTES], b[FAMILY_BYTES];

	function_name_family(a, sizeof(a), one);
	function_name_family(b, sizeof(b), two);
	return strcmp(a, b);
}

/* Of one function: instances of a template may differ in what they need. */
static bool is_same_line(const struct symbol_frame *one, const struct symbol_frame *two)
{
	return one && two && one->line == two->line && !strcmp(one->file, two->file) &&
	       !strcmp(one->function, two->function);
}

static const char *file_of(const struct merging *merging, const struct advice *advice)
{
	const struct symbol_frame *line = line_of(merging, advice->call_site);

	return line ? line->file : "";
}

static int number_compare(uint64_t one, uint64_t two)
{
	return one < two ? -1 : one > two;
}

/*
 * 0: both say the same of one function, but for where in it. Where lines are not known, each
 * function counts as one. Who owns the blocks matters only to advice that names the owner.
 */
static int function_compare(const struct merging *merging, const struct advice *a,
                            const struct advice *b)
{
	const struct symbol_frame *line_a = line_of(merging, a->call_site);
	const struct symbol_frame *line_b = line_of(merging, b->call_site);
	int result = number_compare(a->kind, b->kind);

	if (!result)
		result = number_compare(!line_a, !line_b);
	if (!result && line_a && line_b)
		result = family_compare(line_a->function, line_b->function);
	if (!result && !line_a)
		result = number_compare(merging->call_sites->call_sites[a->call_site].function,
		                        merging->call_sites->call_sites[b->call_site].function);
	if (!result && (a->kind == ADVICE_CALLER || a->kind == ADVICE_MOVE ||
	                a->kind == ADVICE_REUSE || a->kind == ADVICE_ARENA))
		result = a->owner != b->owner ? number_compare(a->owner, b->owner)
		                              : number_compare(a->levels, b->levels);
	return result ? result : number_compare(!a->copies, !b->copies);
}

/* 0: both say the same of one line. */
static int line_compare(const void *one, const void *two, void *context)
{
	const struct merging *merging = context;
	const struct advice *a = one, *b = two;
	const struct symbol_frame *line_a = line_of(merging, a->call_site);
	const struct symbol_frame *line_b = line_of(merging, b->call_site);
	int result = function_compare(merging, a, b);

	if (!result && line_a && line_b)
		result = strcmp(line_a->file, line_b->file);
	if (!result && line_a && line_b)
		result = number_compare(line_a->line, line_b->line);
	return result;
}

/* Whether one change does what both say: an arena serves all lines of a function. */
static bool is_one_change(const struct merging *merging, const struct advice *a,
                          const struct advice *b)
{
	if (a->kind == ADVICE_ARENA)
		return !function_compare(merging, a, b) &&
		       !strcmp(file_of(merging, a), file_of(merging, b));
	return !line_compare(a, b, (void *)merging);
}

/* The advice that saves most comes first, then the lower call site. */
static int part_compare(const void *one, const void *two, void *context)
{
	const struct advice *a = one, *b = two;
	int result = line_compare(one, two, context);

	if (!result)
		result = number_compare(b->saves.ns_most, a->saves.ns_most);
	return result ? result : number_compare(a->call_site, b->call_site);
}

/* Add the call paths of a call site. 0, or -1 when memory is out. */
static int summary_join(struct life_summary *summary, uint32_t call_site,
                        const struct merging *merging)
{
	const struct life_summary *part = &merging->call_sites->call_sites[call_site]
	                                       .summary;
	uint32_t i;

	for (i = 0; i < part->path_count; i++) {
		if (life_summary_add(summary, merging->classes, part->paths[i].path))
			return -1;
	}
	return 0;
}

/* What is known of the blocks of all parts. 0, or -1 when memory is out. */
static int together_make(const struct advice_list *list, struct advice *advice,
                         const struct merging *merging)
{
	uint32_t i;

	advice->together = calloc(1, sizeof(*advice->together));
	if (!advice->together)
		return -1;
	for (i = 0; i < advice->part_count; i++) {
		if (summary_join(advice->together, list->parts[advice->part_first + i],
		                 merging))
			return -1;
	}
	life_summary_sort(advice->together, merging->classes);
	return 0;
}

/*
 * Whether advice about one line is about nearly all blocks of the line: items [first, end) of the
 * list. A function that was inlined several times has several call sites there, as a call site has
 * several call paths where it was not: what is advised must not depend on the compiler. Space can
 * be reserved for some of them only.
 */
static bool is_of_line(const struct advice_list *list, size_t first, size_t end,
                       const struct merging *merging)
{
	const struct call_site *call_sites = merging->call_sites->call_sites;
	const struct advice *advice = &list->items[first];
	const struct symbol_frame *line = line_of(merging, advice->call_site);
	uint64_t all = 0, fit = 0;
	uint32_t number;

	if (!line || advice->kind == ADVICE_RESERVE || advice->kind == ADVICE_STATIC)
		return true;
	for (number = 0; number < merging->call_sites->count; number++) {
		if (is_same_line(line, line_of(merging, number)))
			all += call_sites[number].summary.begun;
	}
	for (; first < end; first++)
		fit += call_sites[list->items[first].call_site].summary.begun;
	return fit >= all / 100.0 * LINE_PERCENT;
}

/*
 * Whether the advice, about items [first, end) of the list, counts on one block at a time, and the
 * call sites, each of which has one at a time, have some at once: a caller that copies two texts
 * by an inlined function needs two buffers. 1, 0, or -1 when memory is out.
 */
static int is_crowded(const struct advice_list *list, size_t first, size_t end,
                      const struct merging *merging)
{
	enum advice_kind kind = list->items[first].kind;
	struct life_summary together = { .counts = { .blocks = 0 } };
	int result = 0;
	size_t i;

	if (end - first < 2 || (kind != ADVICE_CALLER && kind != ADVICE_KEEP))
		return 0;
	for (i = first; i < end && !result; i++)
		result = summary_join(&together, list->items[i].call_site, merging);
	if (!result) {
		life_summary_sort(&together, merging->classes);
		result = together.at_once > 1;
	}
	life_summary_release(&together);
	return result;
}

static void crowd_mark(const struct advice_list *list, size_t first, size_t end,
                       const struct merging *merging)
{
	for (; first < end; first++)
		merging->call_sites->call_sites[list->items[first].call_site].is_crowded = true;
}

/* Sort the list by lines, and leave out what does not suit a line. 0, or -1: no memory. */
static int lines_check(struct advice_list *list, const struct merging *merging)
{
	size_t i, j, count = 0;
	int crowded;

	qsort_r(list->items, list->count, sizeof(*list->items), part_compare,
	        (void *)merging);
	for (i = 0; i < list->count; i = j) {
		for (j = i + 1;
		     j < list->count &&
		     !line_compare(&list->items[i], &list->items[j], (void *)merging);
		     j++)
			;
		if (!is_of_line(list, i, j, merging))
			continue;
		crowded = is_crowded(list, i, j, merging);
		if (crowded < 0)
			return -1;
		if (crowded) {
			crowd_mark(list, i, j, merging);
			continue;
		}
		memmove(&list->items[count], &list->items[i], (j - i) * sizeof(*list->items));
		count += j - i;
	}
	list->count = count;
	return 0;
}

/* Make one of all advice that one change follows; sorted by lines. 0, or -1 when memory is out. */
static int advice_merge(struct advice_list *list, const struct merging *merging)
{
	size_t i, j, count = 0;
	struct advice advice;

	for (i = 0; i < list->count; i++)
		list->parts[i] = list->items[i].call_site;
	for (i = 0; i < list->count; i = j) {
		advice = list->items[i];
		advice.part_first = (uint32_t)i;
		for (j = i + 1;
		     j < list->count && is_one_change(merging, &advice, &list->items[j]); j++) {
			saving_add(&advice.saves, &list->items[j].saves);
			advice.copies += list->items[j].copies;
			advice.with_count += list->items[j].with_count;
			advice.with_blocks += list->items[j].with_blocks;
		}
		advice.part_count = (uint32_t)(j - i);
		list->items[count++] = advice;
	}
	list->count = count;
	for (i = 0; i < count; i++) {
		if (list->items[i].part_count > 1 &&
		    together_make(list, &list->items[i], merging))
			return -1;
	}
	return 0;
}

int advice_lines_merge(struct advice_list *list, const struct classes *classes,
                       struct call_sites *call_sites)
{
	struct merging merging = { classes, call_sites };

	return lines_check(list, &merging) || advice_merge(list, &merging) ? -1 : 0;
}
