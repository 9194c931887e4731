/* advice.c - what to do about an allocating call. Layer 13. */
#include "advice.h"

#include "own_code.h"

#include <stdlib.h>

#define LOCAL_BYTES_MAX 4096   /* of a stack, for all activations together */
#define CALLER_BYTES_MAX 65536 /* of a buffer that an owner keeps */
#define ARENA_SIZE_MAX 1024    /* a small block */
#define ARENA_LIVE_MIN 16      /* at once: many */
#define STATIC_BYTES_MAX 65536 /* of all globals for one allocating call */
#define SAVES_SHARE_MIN 10000  /* of all calls or bytes, one in so many */
#define RESERVE_REALLOCS_MIN 16
#define RESERVE_REALLOCS_EACH_MIN 3 /* of a block, on average */

const char *advice_kind_text(enum advice_kind kind)
{
	static const char *const texts[ADVICE_KINDS] = { "local", "caller",  "reuse",
		                                             "arena", "reserve", "static" };

	return texts[kind];
}

/* ---- what the evidence carries ------------------------------------------------------- */

/* Whether the change could be made where the blocks are. */
static bool is_made_here(const struct classes *classes, const struct place *place)
{
	return is_changeable(classes, place->function) &&
	       !is_made_elsewhere(classes, &place->summary, place->function);
}

static bool is_all(const struct life_summary *summary, enum life_class class)
{
	return summary->counts.blocks &&
	       summary->counts.shares[class].blocks == summary->counts.blocks;
}

/* Every block of one owner: its function, and how far up it always is. */
static bool has_single_owner(const struct life_summary *summary)
{
	return summary->owners.count == 1;
}

static uint32_t single_level(const struct life_summary *summary)
{
	return summary->left.count == 1 ? summary->left.ranks[0].key : 0;
}

/* All the memory that one activation needs at once, and its nested ones. */
static bool fits(const struct life_summary *summary, uint64_t bytes_max)
{
	uint64_t each = summary->largest_max ? summary->largest_max : 1;
	uint64_t times = (summary->at_once ? summary->at_once : 1) *
	                 (summary->recursion ? summary->recursion : 1);

	return summary->size_kind != SIZE_UNBOUNDED && each <= bytes_max &&
	       times <= bytes_max / each;
}

static bool is_for_arena(const struct life_summary *summary)
{
	return has_single_owner(summary) && summary->at_once_min >= ARENA_LIVE_MIN &&
	       summary->goes_together && summary->largest_max <= ARENA_SIZE_MAX;
}

/* Lives of a tally by REPLACED_KEY that the activation replaced which made them here. */
static uint64_t replaced_count(const struct classes *classes, const struct place *place,
                               uint32_t site, uint32_t list)
{
	const struct replay *replay = &classes->profile->replay;
	const struct tally_cell *cells = replay->lives.sites.tally.cells;
	uint32_t peeled = classes->peeling.site_frames[site], other, node;
	uint64_t count = 0;

	for (; list; list = cells[list].next) {
		other = cells[list].key & ((1u << REPLACED_SITE_BITS) - 1);
		if (cells[list].key == TALLY_OTHERS ||
		    cells[list].key >> REPLACED_SITE_BITS > peeled)
			continue;
		node = classes_site_node(classes, other);
		if (replay->tree.nodes[node].location == place->location)
			count += cells[list].blocks;
	}
	return count;
}

/* Whether each came in the place of another, but the first and as many as were left over. */
static bool is_replaced(const struct classes *classes, const struct place *place)
{
	const struct life_summary *summary = &place->summary;
	uint64_t before = 0, after = 0;
	const struct site_life *life;
	uint32_t i, site;

	for (i = 0; i < summary->site_count; i++) {
		site = summary->sites[i].site;
		life = &classes->profile->replay.lives.sites.sites[site];
		before += replaced_count(classes, place, site, life->replaced_before);
		after += replaced_count(classes, place, site, life->replaced_after);
	}
	return (before > after ? before : after) + summary->at_once >= summary->begun;
}

/* One block after the other of the same size, replaced where they are made. */
static bool is_for_reuse(const struct classes *classes, const struct place *place)
{
	const struct life_summary *summary = &place->summary;
	const struct class_share *shares = summary->counts.shares;
	uint64_t kept = shares[CLASS_LIVE].blocks + shares[CLASS_STATIC].blocks;

	return shares[CLASS_ESCAPING].blocks + kept == summary->counts.blocks &&
	       kept <= summary->at_once && summary->at_once <= 2 &&
	       summary->size_kind == SIZE_CONSTANT && has_single_owner(summary) &&
	       summary->freers.count == 1 &&
	       summary->freers.ranks[0].key == place->function &&
	       is_replaced(classes, place);
}

/* Never freed is known of a process that came to its end, and not of one that was killed. */
static bool has_finished(const struct classes *classes)
{
	return classes->profile->process->header.flags & RING_FINISHED;
}

/* Of one block nobody knows whether it is as large the next time: tables are several. */
static bool is_for_static(const struct classes *classes,
                          const struct life_summary *summary)
{
	return has_finished(classes) && is_all(summary, CLASS_STATIC) &&
	       summary->size_kind == SIZE_CONSTANT &&
	       summary->largest_max <= STATIC_BYTES_MAX / summary->counts.blocks;
}

/* The kind of advice that the blocks' classes carry; ADVICE_KINDS: none. */
static enum advice_kind class_advice(const struct classes *classes,
                                     const struct place *place)
{
	const struct life_summary *summary = &place->summary;
	bool is_stack = is_all(summary, CLASS_STACK);
	bool is_escaping = is_all(summary, CLASS_ESCAPING);

	if (summary->counts.blocks < ADVICE_BLOCKS_MIN)
		return ADVICE_KINDS;
	/* Who is given a block to free it cannot be given a variable. */
	if (is_freed_elsewhere(classes, summary, place->function) ||
	    is_moved_elsewhere(classes, summary, place->function))
		return ADVICE_KINDS;
	if (is_for_static(classes, summary))
		return ADVICE_STATIC;
	if (is_for_reuse(classes, place))
		return ADVICE_REUSE;
	if (is_stack && fits(summary, LOCAL_BYTES_MAX) &&
	    summary->crowd_kind != SIZE_UNBOUNDED)
		return ADVICE_LOCAL;
	if (!has_changeable_owners(classes, summary))
		return ADVICE_KINDS;
	if (is_escaping && summary->at_once == 1 && fits(summary, CALLER_BYTES_MAX) &&
	    (has_single_owner(summary) || single_level(summary)))
		return ADVICE_CALLER;
	if ((is_stack || is_escaping) && is_for_arena(summary))
		return ADVICE_ARENA;
	return ADVICE_KINDS;
}

static bool is_for_reserve(const struct classes *classes, const struct place *place)
{
	const struct life_summary *summary = &place->summary;

	return !is_moved_elsewhere(classes, summary, place->function) &&
	       summary->chain_reallocs >= RESERVE_REALLOCS_MIN &&
	       summary->chain_reallocs >= RESERVE_REALLOCS_EACH_MIN * summary->chains;
}

/* The library that would have to be changed: of who allocates, or is to own the blocks. */
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

/* Whether what it saves is not lost among the rest of the program. */
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
		if (!is_made_here(classes, &places->places[i]))
			continue;
		kind = class_advice(classes, &places->places[i]);
		if (kind != ADVICE_KINDS)
			advice_add(list, classes, places, i, kind);
		if (is_for_reserve(classes, &places->places[i]))
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

/* ---- why there is none ----------------------------------------------------------------- */

/* Blocks of one class, enough of them, and still nothing to say. */
static int pattern_refusal_text(struct text *text, const struct classes *classes,
                                const struct place *place)
{
	const struct life_summary *summary = &place->summary;
	bool is_escaping = is_all(summary, CLASS_ESCAPING);

	if (!is_changeable(classes, place->function))
		return text_printf(text, "who allocates them is not yours to change");
	if (is_made_elsewhere(classes, summary, place->function))
		return text_printf(text, "another module makes them for whoever calls it");
	if (is_moved_elsewhere(classes, summary, place->function))
		return text_printf(
			text,
			"they are given to realloc under code of another module, or nobody knows whose");
	if (is_freed_elsewhere(classes, summary, place->function))
		return text_printf(
			text, "they are freed under code of another module, or nobody knows whose");
	if (is_escaping && !has_single_owner(summary))
		return text_printf(text, "its blocks have %zu owners", summary->owners.count);
	if (is_escaping && !has_changeable_owners(classes, summary))
		return text_printf(text, "who owns them is not yours to change");
	if (summary->size_kind == SIZE_UNBOUNDED)
		return text_printf(text, "their sizes grew to the end: nothing bounds them");
	if (is_all(summary, CLASS_STACK) && fits(summary, LOCAL_BYTES_MAX))
		return text_printf(text, "how many are live at once grew to the end: nothing "
		                         "bounds them");
	if (summary->at_once_min >= ARENA_LIVE_MIN && !summary->goes_together)
		return text_printf(text, "they come and go one by one, not all together");
	return text_printf(text, "its blocks are too large, or too many at once");
}

int advice_refusal_text(struct text *text, const struct classes *classes,
                        const struct place *place)
{
	const struct life_summary *summary = &place->summary;
	const struct class_counts *counts = &summary->counts;
	char percent[TEXT_NUMBER_BYTES];
	unsigned class, kinds = 0;

	if (!counts->blocks)
		return text_printf(text, "its reallocs go on with blocks of other sites");
	if (counts->inferred.blocks)
		return text_printf(
			text, "frames of %s of its blocks are not exact",
			text_percent(percent, counts->inferred.blocks, counts->blocks));
	for (class = 0; class < CLASS_COUNT; class ++)
		kinds += counts->shares[class].blocks > 0;
	if (kinds > 1)
		return text_printf(text, "its blocks are of %u classes", kinds);
	if (is_all(summary, CLASS_CROSSED))
		return text_printf(text, "its blocks are handed to another thread");
	if (is_all(summary, CLASS_LIVE))
		return text_printf(text, "its blocks are never freed: look for the leak first");
	if (is_all(summary, CLASS_STATIC) && !has_finished(classes))
		return text_printf(text, "its process did not come to its end: they may be "
		                         "freed yet");
	if (is_all(summary, CLASS_STATIC) && counts->blocks < ADVICE_BLOCKS_MIN)
		return text_printf(text,
		                   "%llu block%s: nothing tells that the next run has "
		                   "as many, as large",
		                   (unsigned long long)counts->blocks, text_s(counts->blocks));
	if (is_all(summary, CLASS_STATIC) && is_made_here(classes, place) &&
	    !is_for_static(classes, summary))
		return text_printf(text, "nothing tells that they are always so large");
	if (counts->blocks < ADVICE_BLOCKS_MIN)
		return text_printf(text, "%llu block%s too few to judge",
		                   (unsigned long long)counts->blocks,
		                   counts->blocks == 1 ? " is" : "s are");
	if (is_made_here(classes, place) && class_advice(classes, place) != ADVICE_KINDS)
		return text_printf(text, "it would save less than one in %u of the calls",
		                   SAVES_SHARE_MIN);
	return pattern_refusal_text(text, classes, place);
}
