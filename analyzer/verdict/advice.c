/* verdict/advice.c - what to do about a call site. */
#include "verdict/advice.h"

#include "verdict/advice_lines.h"
#include "verdict/changeable.h"
#include "verdict/library_blocks.h"
#include "verdict/own_code.h"
#include "verdict/reserve.h"
#include "verdict/reuse.h"
#include "verdict/sole_owner.h"

#include <stdlib.h>
#include <string.h>

/* advice must save at least one in so many of all calls or bytes */
#define SAVES_SHARE_MIN 10000

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

/* ---- the whole list ------------------------------------------------------------------- */

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
 * Add what is advised about the call site. To reserve comes last, as what saves blocks saves their
 * growth; but it is simpler for large buffers, what grows for a caller, and containers.
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

	if ((copies && (kind == ADVICE_KINDS || kind == ADVICE_KEEP ||
	                is_of_container(classes, summary))) ||
	    (is_reserve && (kind == ADVICE_KINDS || kind == ADVICE_KEEP ||
	                    (kind == ADVICE_CALLER &&
	                     summary->chain_reallocs * 2 > summary->allocations))))
		kind = ADVICE_RESERVE;
	if (kind != ADVICE_KINDS)
		advice_add(list, classes, call_sites, number, kind, copies);
}

int advice_make(struct advice_list *list, const struct classes *classes,
                struct call_sites *call_sites)
{
	size_t room = (size_t)call_sites->count + 1, i;
	uint32_t number;

	*list = (struct advice_list){ .items = malloc(room * sizeof(*list->items)),
		                          .parts = malloc(room * sizeof(*list->parts)) };
	if (!list->items || !list->parts)
		return -1;
	for (number = 0;
	     !profile_is_sampled(classes->profile) && number < call_sites->count; number++)
		call_site_add(list, classes, call_sites, number);
	if (advice_lines_merge(list, classes, call_sites))
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

uint32_t advice_location(const struct advice *advice, const struct classes *classes,
                         const struct call_sites *call_sites)
{
	const struct call_site *call_site = &call_sites->call_sites[advice->call_site];
	uint32_t owner = CALL_ROOT;

	if (advice->kind == ADVICE_MOVE && advice->owner != FUNCTION_NONE)
		owner = sole_owner_node(classes, call_site->summary.path);
	return owner == CALL_ROOT ? call_site->location
	                          : classes->profile->replay.tree.nodes[owner].location;
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
	if (call_site->is_crowded)
		return text_printf(
			text, "other calls of the same line have blocks alive at the same time: "
				  "one buffer does not do for them");
	/* There is advice by the rules, so it was dropped with its line, or by advice_add(). */
	saves = saving_of(classes, &call_site->summary, result.kind, 0);
	if (result.kind != ADVICE_KINDS && is_worth_it(&saves, classes))
		return text_printf(text,
		                   "advice for these blocks would not suit most of those that "
		                   "the same line allocates elsewhere");
	if (result.kind != ADVICE_KINDS)
		return text_printf(text,
		                   "it would save less than one in %u of the calls, and of the "
		                   "bytes",
		                   SAVES_SHARE_MIN);
	return refusal_text(text, result.refusal, &call_site->summary,
	                    thread_table_kind(&classes->profile->replay.threads));
}

/* ---- everything ---------------------------------------------------------------------- */

int findings_make(struct findings *findings, const struct profile *profile,
                  const struct class_options *options)
{
	uint32_t i;

	*findings = (struct findings){ .classes = NULL };
	findings->classes = classes_new(profile, options);
	if (!findings->classes || sole_owner_growths(findings->classes) ||
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
