/* report/advice_words.c - advice in plain words. */
#include "report/advice_words.h"

#include "verdict/function_text.h"

#include <stdio.h>
#include <string.h>

/* "64 B", or "8 B to 1 KiB" */
static const char *sizes_text(char *text, size_t bytes,
                              const struct life_summary *summary)
{
	char least[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES];

	text_size(most, summary->largest_max);
	if (summary->largest_min == summary->largest_max)
		snprintf(text, bytes, "%s", most);
	else
		snprintf(text, bytes, "%s to %s", text_size(least, summary->largest_min), most);
	return text;
}

/* "f", or "the caller 2 frames up" if several functions own blocks. */
static const char *owner_text(char *text, size_t bytes, const struct advice *advice,
                              const struct classes *classes)
{
	if (advice->owner != FUNCTION_NONE)
		return function_call_text(text, bytes, classes, advice->owner);
	if (advice->levels == 1)
		snprintf(text, bytes, "the caller");
	else
		snprintf(text, bytes, "the caller %u frames up", advice->levels);
	return text;
}

/*
 * Append what to do, and the figures that support it, which are of all call paths through the
 * call site. `where`: the function that allocates; `owner`: the one that is to own the blocks;
 * both are escaped. Kinds without a sentence here append nothing.
 */
static int sentence_add(struct text *text, const struct advice *advice,
                        const char *where, const char *owner,
                        const struct life_summary *summary)
{
	char sizes[80], count[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES];
	char copies[TEXT_NUMBER_BYTES];

	sizes_text(sizes, sizeof(sizes), summary);
	text_count(count, summary->counts.blocks);
	text_size(most, summary->largest_max);
	switch (advice->kind) {
	case ADVICE_LOCAL:
		if (summary->at_once > 1)
			return text_printf(text,
			                   "a local array in %s: %s blocks of %s, at most %llu at "
			                   "once, all freed before it returned",
			                   where, count, sizes,
			                   (unsigned long long)summary->at_once);
		return text_printf(text,
		                   "a local %s in %s: %s blocks of %s, each freed before it "
		                   "returned",
		                   summary->size_kind == SIZE_CONSTANT ? "variable" : "buffer",
		                   where, count, sizes);
	case ADVICE_CALLER:
		return text_printf(text,
		                   "let %s own the buffer and pass it down to %s: %s blocks of "
		                   "%s, one at a time, each passed up to %s",
		                   owner, where, count, sizes, owner);
	case ADVICE_REUSE:
		return text_printf(
			text,
			"keep the block in %s and use it again: %s of %s, each freed "
			"by the call that made the next; they belong to %s",
			where, count, sizes, owner);
	case ADVICE_ARENA:
		return text_printf(
			text,
			"an arena in %s for the blocks of %s: %s of %s, up to %llu at "
			"once, none outlived it",
			owner, where, count, sizes, (unsigned long long)summary->at_once_min);
	case ADVICE_RESERVE:
		if (advice->copies)
			return text_printf(
				text,
				"reserve in %s: a container grew by copying, so %s of %s are "
				"not needed; the largest was %s",
				where, text_count(copies, advice->copies), count, most);
		return text_printf(text,
		                   "reserve in %s: %s reallocs grew its blocks, %.1f each; the "
		                   "largest was %s",
		                   where, text_count(count, summary->chain_reallocs),
		                   (double)summary->chain_reallocs / (double)summary->chains,
		                   most);
	case ADVICE_STATIC:
		return text_printf(
			text,
			"globals for what %s allocates: %s blocks of %s, born before "
			"main(), not freed before exit",
			where, count, sizes);
	default: return 0;
	}
}

/* The functions that free or reallocate the blocks, other than those that the advice names. */
struct helpers {
	uint32_t function; /* the one that does so most often */
	size_t count;
	bool frees, moves;
};

static bool is_owner(const struct call_site *call_site, uint32_t function)
{
	const struct ranking *owners = &call_site->summary.owners;
	size_t i;

	for (i = 0; i < owners->count; i++) {
		if (owners->ranks[i].key == function)
			return true;
	}
	return false;
}

/*
 * List the functions of a ranking that are no owners; false: there are none. A ranking begins
 * with most blocks, so the first one found is the one that gets named. `count` only tells one
 * function from several: a function that frees and reallocates may count twice.
 */
static bool helpers_add(struct helpers *helpers, const struct call_site *call_site,
                        const struct ranking *ranking)
{
	bool has_any = false;
	uint32_t function;
	size_t i;

	for (i = 0; i < ranking->count; i++) {
		function = ranking->ranks[i].key;
		if (is_owner(call_site, function))
			continue;
		has_any = true;
		if (!helpers->count)
			helpers->function = function;
		helpers->count += !helpers->count || function != helpers->function;
	}
	return has_any;
}

/*
 * Other functions that end the blocks must stop doing so: they would free what malloc did not
 * allocate.
 */
static int helpers_text(struct text *text, const struct advice *advice,
                        const struct classes *classes,
                        const struct call_site *call_site)
{
	struct helpers helpers = { .count = 0 };
	char name[256], more[32] = "";

	if (advice->kind != ADVICE_LOCAL && advice->kind != ADVICE_CALLER &&
	    advice->kind != ADVICE_ARENA)
		return 0;
	helpers.frees = helpers_add(&helpers, call_site, &call_site->summary.freers);
	helpers.moves = helpers_add(&helpers, call_site, &call_site->summary.movers);
	if (!helpers.count)
		return 0;
	function_call_text(name, sizeof(name), classes, helpers.function);
	if (helpers.count > 1)
		snprintf(more, sizeof(more), " and others");
	return text_printf(text, "; %s%s must no longer %s them", name, more,
	                   !helpers.moves   ? "free"
	                   : !helpers.frees ? "realloc"
	                                    : "free or realloc");
}

/* "in libz.so.1 (not this program's code): " */
static int library_text(struct text *text, const char *path)
{
	char name[256];

	text_escape(name, sizeof(name), strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
	return text_printf(text, "in %s (not this program's code): ", name);
}

int advice_text(struct text *text, const struct advice *advice,
                const struct classes *classes, const struct call_sites *call_sites)
{
	const struct call_site *call_site = &call_sites->call_sites[advice->call_site];
	char where[256], owner[256];

	if (advice->library && library_text(text, advice->library))
		return -1;
	function_call_text(where, sizeof(where), classes, call_site->function);
	owner_text(owner, sizeof(owner), advice, classes);
	if (sentence_add(text, advice, where, owner, &call_site->summary) ||
	    helpers_text(text, advice, classes, call_site))
		return -1;
	/*
	 * The other kinds depend on how many frames a block outlived, which plain frames only let
	 * us infer. These two need only calls and times.
	 */
	return classes->has_exact_frames || advice->kind == ADVICE_STATIC ||
	               advice->kind == ADVICE_RESERVE
	           ? 0
	           : text_printf(text, " (inferred: frames are plain)");
}
