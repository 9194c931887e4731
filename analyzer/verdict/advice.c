/* verdict/advice.c - what to do about a call site. */
#include "verdict/advice.h"

#include "verdict/changeable.h"
#include "verdict/own_code.h"

#include <stdlib.h>

/* advice must save at least one in so many of all calls or bytes */
#define SAVES_SHARE_MIN 10000
#define RESERVE_REALLOCS_MIN 16
#define RESERVE_REALLOCS_EACH_MIN 3 /* reallocs of a block, on average */

const char *advice_kind_text(enum advice_kind kind)
{
	static const char *const texts[ADVICE_KINDS] = { "local", "caller",  "reuse",
		                                             "arena", "reserve", "static" };

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

	return !is_moved_elsewhere(classes, summary, call_site->function) &&
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

/* Whether the saving is large enough to matter in the whole program. */
static bool is_worth_it(const struct advice *advice, const struct classes *classes)
{
	const struct replay *replay = &classes->profile->replay;

	return advice->saves_calls >= replay->totals.allocations / SAVES_SHARE_MIN ||
	       advice->saves_bytes >= replay->totals.bytes / SAVES_SHARE_MIN;
}

/*
 * Add advice with what it saves, unless that is too little. Reuse still needs the blocks that
 * are live at once. Reserving saves only the reallocs (or the blocks that a container copied,
 * `copies` of them), and the bytes asked for before the final size.
 */
static void advice_add(struct advice_list *list, const struct classes *classes,
                       const struct call_sites *call_sites, uint32_t call_site,
                       enum advice_kind kind, uint64_t copies)
{
	uint64_t kept;
	const struct life_summary *summary = &call_sites->call_sites[call_site].summary;
	struct advice advice = { .kind = kind, .call_site = call_site };

	if (has_single_owner(summary))
		advice.owner = summary->owners.ranks[0].key;
	advice.levels = single_level(summary);
	advice.saves_calls = summary->allocations;
	advice.saves_bytes = summary->bytes;
	if (kind == ADVICE_RESERVE && copies) {
		/* what is left has at most the largest size */
		if (copies > summary->begun ||
		    __builtin_mul_overflow(summary->begun - copies, summary->largest_max,
		                           &kept))
			kept = UINT64_MAX; /* figures that cannot be: nothing is promised */
		advice.copies = advice.saves_calls = copies;
		advice.saves_bytes = summary->bytes > kept ? summary->bytes - kept : 0;
	} else if (kind == ADVICE_RESERVE) {
		advice.saves_calls = summary->chain_reallocs;
		advice.saves_bytes = summary->excess;
	} else if (kind == ADVICE_REUSE) {
		advice.saves_calls -= summary->at_once;
		advice.saves_bytes -= summary->at_once * summary->largest_max;
	}
	advice.saves_ns = advice.saves_calls * ADVICE_PAIR_NS;
	advice.is_mine = classes->functions
	                     .functions[call_sites->call_sites[call_site].function]
	                     .is_mine;
	advice.library = advice_library(classes, &call_sites->call_sites[call_site], kind);
	if (is_worth_it(&advice, classes))
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
	int result = own_code_compare(table, is_own_advice(table, a), a->saves_ns,
	                              is_own_advice(table, b), b->saves_ns);

	if (result)
		return result;
	if (a->saves_ns != b->saves_ns)
		return a->saves_ns > b->saves_ns ? -1 : 1;
	if (a->saves_bytes != b->saves_bytes)
		return a->saves_bytes > b->saves_bytes ? -1 : 1;
	return a->call_site < b->call_site ? -1 : a->call_site > b->call_site;
}

int advice_make(struct advice_list *list, const struct classes *classes,
                const struct call_sites *call_sites)
{
	enum advice_kind kind;
	uint64_t copies;
	uint32_t i;
	bool is_here;

	*list = (struct advice_list){ .count = 0 };
	/* at most two for each call site: reserving space does not exclude the other kinds */
	list->items = malloc((2 * (size_t)call_sites->count + 1) * sizeof(*list->items));
	if (!list->items)
		return -1;
	for (i = 0; i < call_sites->count; i++) {
		kind = call_site_advice(classes, &call_sites->call_sites[i]).kind;
		is_here = is_made_here(classes, &call_sites->call_sites[i]);
		copies = is_here ? call_site_copies(classes, &call_sites->call_sites[i]) : 0;
		/* what mostly grows is helped by reserving, and its calls are counted once */
		if (kind != ADVICE_KINDS &&
		    !(kind == ADVICE_CALLER && is_here &&
		      is_for_reserve(classes, &call_sites->call_sites[i]) &&
		      call_sites->call_sites[i].summary.chain_reallocs * 2 >
		          call_sites->call_sites[i].summary.allocations))
			advice_add(list, classes, call_sites, i, kind, 0);
		if (!is_here)
			continue;
		if (copies || is_for_reserve(classes, &call_sites->call_sites[i]))
			advice_add(list, classes, call_sites, i, ADVICE_RESERVE, copies);
	}
	qsort_r(list->items, list->count, sizeof(*list->items), advice_compare,
	        (void *)&classes->functions);
	return 0;
}

void advice_release(struct advice_list *list)
{
	free(list->items);
	*list = (struct advice_list){ .count = 0 };
}

int advice_refusal_text(struct text *text, const struct classes *classes,
                        const struct call_site *call_site)
{
	struct advice_result result = call_site_advice(classes, call_site);

	/* There is advice by the rules, so advice_add() must have dropped it. */
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
	if (!findings->classes || call_sites_make(&findings->call_sites, findings->classes))
		return -1;
	for (i = 0; i < findings->call_sites.count; i++)
		kind_split_add(&findings->split, findings->classes,
		               &findings->call_sites.call_sites[i].summary,
		               &findings->call_sites.call_sites[i].summary.counts);
	return advice_make(&findings->advice, findings->classes, &findings->call_sites);
}

void findings_release(struct findings *findings)
{
	advice_release(&findings->advice);
	call_sites_release(&findings->call_sites);
	classes_free(findings->classes);
	findings->classes = NULL;
}
