/* verdict/advice.c - what to do about a call site. */
#include "verdict/advice.h"

#include "verdict/changeable.h"
#include "elf/cxx_name.h"
#include "verdict/own_code.h"
#include "verdict/reuse.h"

#include <stdlib.h>
#include <string.h>

/* advice must save at least one in so many of all calls or bytes */
#define SAVES_SHARE_MIN 10000
#define FAMILY_BYTES 512 /* a longer name is compared up to there */
/* so much of a line's blocks must fit advice about it: whoever changes the line, changes all */
#define LINE_PERCENT 90
#define RESERVE_REALLOCS_MIN 16
#define RESERVE_REALLOCS_EACH_MIN 3 /* reallocs of a block, on average */

const char *advice_kind_text(enum advice_kind kind)
{
	static const char *const texts[ADVICE_KINDS] = { "local", "caller",  "reuse",
		                                             "arena", "reserve", "static",
		                                             "move",  "keep" };

	return texts[kind];
}

/* Whether the change could be made in the function that allocates. */
static bool is_made_here(const struct classes *classes,
                         const struct call_site *call_site)
{
	return is_changeable(classes, call_site->function) &&
	       !is_made_elsewhere(classes, &call_site->summary, call_site->function);
}

/*
 * Whether the blocks grow in many small steps, and no other module makes them grow: the
 * reallocs are too many to be chance, and several for each block on average.
 */
static bool is_for_reserve(const struct classes *classes,
                           const struct call_site *call_site)
{
	const struct life_summary *summary = &call_site->summary;

	return !moved_where(classes, summary, call_site->function) &&
	       summary->chain_reallocs >= RESERVE_REALLOCS_MIN &&
	       summary->chain_reallocs >= RESERVE_REALLOCS_EACH_MIN * summary->chains;
}

/*
 * The library that would have to be changed: the one of the allocating function, or of the
 * owner that is to hold the blocks.
 */
static const char *advice_library(const struct classes *classes,
                                  const struct call_site *call_site,
                                  enum advice_kind kind)
{
	const struct ranking *owners = &call_site->summary.owners;
	const char *library = library_of(classes, call_site->function);
	size_t i;

	if (kind != ADVICE_CALLER && kind != ADVICE_ARENA)
		return library;
	for (i = 0; i < owners->count && !library; i++)
		library = library_of(classes, owners->ranks[i].key);
	return library;
}

/* ---- the list -------------------------------------------------------------------------- */

/* Whether the saving is large enough to be listed at all. */
static bool is_worth_it(const struct saving *saves, const struct classes *classes)
{
	const struct replay *replay = &classes->profile->replay;

	return (saves->calls &&
	        saves->calls >= replay->totals.allocations / SAVES_SHARE_MIN) ||
	       (saves->bytes && saves->bytes >= replay->totals.bytes / SAVES_SHARE_MIN);
}

/* Parts of what is kept are kept with it, and saved, too, unless there is advice about them. */
static void parts_add(struct advice *advice, const struct classes *classes,
                      const struct call_sites *call_sites)
{
	const struct call_site *whole = &call_sites->call_sites[advice->call_site], *part;
	const struct call_site *end = call_sites->call_sites + call_sites->count;
	struct saving saves;

	if (!is_alone(&whole->summary, whole->function))
		return;
	for (part = call_sites->call_sites; part < end; part++) {
		if (!is_made_with(classes, &whole->summary, &part->summary) ||
		    call_site_advice(classes, part).kind != ADVICE_KINDS)
			continue;
		saves = saving_of(classes, &part->summary, ADVICE_REUSE, 0);
		saving_add(&advice->saves, &saves);
		advice->with_count++;
		advice->with_blocks += part->summary.begun;
	}
}

/* Add advice with what it saves, unless that is next to nothing. */
static void advice_add(struct advice_list *list, const struct classes *classes,
                       const struct call_sites *call_sites, uint32_t number,
                       enum advice_kind kind, uint64_t copies)
{
	const struct call_site *call_site = &call_sites->call_sites[number];
	const struct life_summary *summary = &call_site->summary;
	struct advice advice = { .kind = kind, .call_site = number, .copies = copies };

	if (has_single_owner(summary))
		advice.owner = summary->owners.ranks[0].key;
	advice.levels = single_level(summary);
	advice.saves = saving_of(classes, summary, kind, copies);
	if (kind == ADVICE_REUSE)
		parts_add(&advice, classes, call_sites);
	advice.is_mine = classes->functions.functions[call_site->function].is_mine;
	advice.library = advice_library(classes, call_site, kind);
	if (is_worth_it(&advice.saves, classes))
		list->items[list->count++] = advice;
}

/* Without any code of the user's own, that of the program comes before that of libraries. */
static bool is_own_advice(const struct function_table *table,
                          const struct advice *advice)
{
	return table->has_mine ? advice->is_mine && !advice->library : !advice->library;
}

/*
 * By time saved, the user's own code before others. The ties end with the call site's number, so
 * that the order is always the same.
 */
static int advice_compare(const void *one, const void *two, void *context)
{
	const struct function_table *table = context;
	const struct advice *a = one, *b = two;
	int result = own_code_compare(table, is_own_advice(table, a), a->saves.ns_most,
	                              is_own_advice(table, b), b->saves.ns_most);

	if (a->is_small != b->is_small)
		return a->is_small ? 1 : -1;
	if (result)
		return result;
	if (a->saves.ns_most != b->saves.ns_most)
		return a->saves.ns_most > b->saves.ns_most ? -1 : 1;
	if (a->saves.bytes != b->saves.bytes)
		return a->saves.bytes > b->saves.bytes ? -1 : 1;
	return a->call_site < b->call_site ? -1 : a->call_site > b->call_site;
}

/* ---- one line of the source ------------------------------------------------------------ */

struct merging {
	const struct classes *classes;
	const struct call_sites *call_sites;
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

/* What is known of the blocks of all parts. 0, or -1 when memory is out. */
static int together_make(const struct advice_list *list, struct advice *advice,
                         const struct merging *merging)
{
	const struct life_summary *part;
	uint32_t i, j;

	advice->together = calloc(1, sizeof(*advice->together));
	if (!advice->together)
		return -1;
	for (i = 0; i < advice->part_count; i++) {
		part = &merging->call_sites->call_sites[list->parts[advice->part_first + i]]
		            .summary;
		for (j = 0; j < part->path_count; j++) {
			if (life_summary_add(advice->together, merging->classes,
			                     part->paths[j].path))
				return -1;
		}
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

/* Sort the list by lines, and leave out what is about a few blocks of a line only. */
static void lines_check(struct advice_list *list, const struct merging *merging)
{
	size_t i, j, count = 0;

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
		memmove(&list->items[count], &list->items[i], (j - i) * sizeof(*list->items));
		count += j - i;
	}
	list->count = count;
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

bool advice_concerns(const struct advice_list *list, const struct advice *advice,
                     uint32_t call_site)
{
	uint32_t i;

	for (i = 0; i < advice->part_count; i++) {
		if (list->parts[advice->part_first + i] == call_site)
			return true;
	}
	return false;
}

const struct life_summary *advice_summary(const struct advice *advice,
                                          const struct call_sites *call_sites)
{
	return advice->together ? advice->together
	                        : &call_sites->call_sites[advice->call_site].summary;
}

/*
 * Add what is advised about the call site. What saves the blocks saves their growth, too, so that
 * is advised only if nothing else is; but it is the simpler change for large buffers, for blocks
 * of a caller that mostly grow, and for containers.
 */
static void call_site_add(struct advice_list *list, const struct classes *classes,
                          const struct call_sites *call_sites, uint32_t number)
{
	const struct call_site *call_site = &call_sites->call_sites[number];
	const struct life_summary *summary = &call_site->summary;
	enum advice_kind kind = call_site_advice(classes, call_site).kind;
	bool is_here = is_made_here(classes, call_site);
	bool is_reserve = is_here && is_for_reserve(classes, call_site);
	uint64_t copies = is_here ? call_site_copies(classes, call_site) : 0;

	if (copies ||
	    (is_reserve && (kind == ADVICE_KINDS || kind == ADVICE_KEEP ||
	                    (kind == ADVICE_CALLER &&
	                     summary->chain_reallocs * 2 > summary->allocations))))
		kind = ADVICE_RESERVE;
	if (kind != ADVICE_KINDS)
		advice_add(list, classes, call_sites, number, kind, copies);
}

int advice_make(struct advice_list *list, const struct classes *classes,
                const struct call_sites *call_sites)
{
	struct merging merging = { classes, call_sites };
	size_t room = (size_t)call_sites->count + 1, i;
	uint32_t number;

	*list = (struct advice_list){ .items = malloc(room * sizeof(*list->items)),
		                          .parts = malloc(room * sizeof(*list->parts)) };
	if (!list->items || !list->parts)
		return -1;
	for (number = 0; number < call_sites->count; number++)
		call_site_add(list, classes, call_sites, number);
	lines_check(list, &merging);
	if (advice_merge(list, &merging))
		return -1;
	for (i = 0; i < list->count; i++) {
		list->items[i].is_small = saving_is_small(&list->items[i].saves, classes);
		list->items[i].has_time = saving_has_time(&list->items[i].saves, classes);
		list->shown += !list->items[i].is_small;
	}
	qsort_r(list->items, list->count, sizeof(*list->items), advice_compare,
	        (void *)&classes->functions);
	return 0;
}

void advice_release(struct advice_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].together) {
			life_summary_release(list->items[i].together);
			free(list->items[i].together);
		}
	}
	free(list->items);
	free(list->parts);
	*list = (struct advice_list){ .count = 0 };
}

int advice_refusal_text(struct text *text, const struct classes *classes,
                        const struct call_site *call_site)
{
	struct advice_result result = call_site_advice(classes, call_site);
	struct saving saves;

	if (result.kind == ADVICE_CALLER &&
	    saving_left(&call_site->summary, result.kind) * 2 >= call_site->summary.begun)
		return text_printf(text, "their owner could hold the buffer, but would need a "
		                         "new one in each of its calls");
	/* There is advice by the rules, so lines_check() or advice_add() must have dropped it. */
	saves = saving_of(classes, &call_site->summary, result.kind, 0);
	if (result.kind != ADVICE_KINDS && is_worth_it(&saves, classes))
		return text_printf(text,
		                   "it would suit these blocks, but not most of those that the "
		                   "same line allocates elsewhere");
	if (result.kind != ADVICE_KINDS)
		return text_printf(text,
		                   "it would save less than one in %u of the calls, and of the "
		                   "bytes",
		                   SAVES_SHARE_MIN);
	return refusal_text(text, result.refusal, &call_site->summary);
}

/* ---- everything ---------------------------------------------------------------------- */

int findings_make(struct findings *findings, const struct profile *profile,
                  const struct class_options *options)
{
	uint32_t i;

	*findings = (struct findings){ .classes = NULL };
	findings->classes = classes_new(profile, options);
	if (!findings->classes ||
	    call_sites_make(&findings->call_sites, findings->classes) ||
	    hubs_make(&findings->hubs, profile, &findings->classes->functions))
		return -1;
	for (i = 0; i < findings->call_sites.count; i++)
		kind_split_add(&findings->split, findings->classes,
		               &findings->call_sites.call_sites[i],
		               &findings->call_sites.call_sites[i].summary.counts);
	return advice_make(&findings->advice, findings->classes, &findings->call_sites);
}

void findings_release(struct findings *findings)
{
	advice_release(&findings->advice);
	call_sites_release(&findings->call_sites);
	hubs_release(&findings->hubs);
	classes_free(findings->classes);
	findings->classes = NULL;
}
