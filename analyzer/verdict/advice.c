/* verdict/advice.c - what to do about a call site. */
#include "verdict/advice.h"

#include "verdict/changeable.h"

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
static bool is_made_here(const struct classes *classes, const struct place *place)
{
	return is_changeable(classes, place->function) &&
	       !is_made_elsewhere(classes, &place->summary, place->function);
}

static bool is_for_reserve(const struct classes *classes, const struct place *place)
{
	const struct life_summary *summary = &place->summary;

	return !is_moved_elsewhere(classes, summary, place->function) &&
	       summary->chain_reallocs >= RESERVE_REALLOCS_MIN &&
	       summary->chain_reallocs >= RESERVE_REALLOCS_EACH_MIN * summary->chains;
}

/*
 * The library that would have to be changed: the one of the allocating function, or of the
 * owner that is to hold the blocks.
 */
static const char *advice_library(const struct classes *classes,
                                  const struct place *place, enum advice_kind kind)
{
	const struct ranking *owners = &place->summary.owners;
	const char *library = library_of(classes, place->function);
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

static void advice_add(struct advice_list *list, const struct classes *classes,
                       const struct places *places, uint32_t place,
                       enum advice_kind kind)
{
	const struct life_summary *summary = &places->places[place].summary;
	struct advice advice = { .kind = kind, .place = place };

	if (has_single_owner(summary))
		advice.owner = summary->owners.ranks[0].key;
	advice.levels = single_level(summary);
	advice.saves_calls = summary->allocations;
	advice.saves_bytes = summary->bytes;
	if (kind == ADVICE_RESERVE) {
		advice.saves_calls = summary->chain_reallocs;
		advice.saves_bytes = summary->excess;
	} else if (kind == ADVICE_REUSE) {
		advice.saves_calls -= summary->at_once;
		advice.saves_bytes -= summary->at_once * summary->largest_max;
	}
	advice.saves_ns = advice.saves_calls * ADVICE_PAIR_NS;
	advice.library = advice_library(classes, &places->places[place], kind);
	if (is_worth_it(&advice, classes))
		list->items[list->count++] = advice;
}

static int advice_compare(const void *one, const void *two)
{
	const struct advice *a = one, *b = two;
	uint64_t a_times = a->library ? ADVICE_LIBRARY_TIMES : 1;
	uint64_t b_times = b->library ? ADVICE_LIBRARY_TIMES : 1;

	if (a->saves_ns / a_times != b->saves_ns / b_times)
		return a->saves_ns / a_times > b->saves_ns / b_times ? -1 : 1;
	if (!a->library != !b->library)
		return a->library ? 1 : -1;
	if (a->saves_ns != b->saves_ns)
		return a->saves_ns > b->saves_ns ? -1 : 1;
	if (a->saves_bytes != b->saves_bytes)
		return a->saves_bytes > b->saves_bytes ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

int advice_make(struct advice_list *list, const struct classes *classes,
                const struct places *places)
{
	enum advice_kind kind;
	uint32_t i;

	*list = (struct advice_list){ .count = 0 };
	list->items = malloc((2 * (size_t)places->count + 1) * sizeof(*list->items));
	if (!list->items)
		return -1;
	for (i = 0; i < places->count; i++) {
		kind = place_judge(classes, &places->places[i]).kind;
		if (kind != ADVICE_KINDS)
			advice_add(list, classes, places, i, kind);
		if (is_made_here(classes, &places->places[i]) &&
		    is_for_reserve(classes, &places->places[i]))
			advice_add(list, classes, places, i, ADVICE_RESERVE);
	}
	qsort(list->items, list->count, sizeof(*list->items), advice_compare);
	return 0;
}

void advice_release(struct advice_list *list)
{
	free(list->items);
	*list = (struct advice_list){ .count = 0 };
}

int advice_refusal_text(struct text *text, const struct classes *classes,
                        const struct place *place)
{
	struct judgement judgement = place_judge(classes, place);

	if (judgement.kind != ADVICE_KINDS)
		return text_printf(text,
		                   "it would save less than one in %u of the calls, and of the "
		                   "bytes",
		                   SAVES_SHARE_MIN);
	return judgement_text(text, judgement.refusal, &place->summary);
}

/* ---- everything ---------------------------------------------------------------------- */

int findings_make(struct findings *findings, const struct profile *profile,
                  const struct class_options *options)
{
	*findings = (struct findings){ .classes = NULL };
	findings->classes = classes_new(profile, options);
	if (!findings->classes || places_make(&findings->places, findings->classes))
		return -1;
	return advice_make(&findings->advice, findings->classes, &findings->places);
}

void findings_release(struct findings *findings)
{
	advice_release(&findings->advice);
	places_release(&findings->places);
	classes_free(findings->classes);
	findings->classes = NULL;
}
