/* report/advice_helpers.c - functions that end blocks which malloc would no longer allocate. */
#include "report/advice_helpers.h"

#include "verdict/function_text.h"

#include <stdio.h>

/* The functions that free or reallocate the blocks, other than those that the advice names. */
struct helpers {
	uint32_t function; /* the one that does so most often */
	size_t count;
	bool frees, moves;
};

static bool is_owner(const struct life_summary *summary, uint32_t function)
{
	const struct ranking *owners = &summary->owners;
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
static bool helpers_add(struct helpers *helpers, const struct life_summary *summary,
                        const struct ranking *ranking)
{
	bool has_any = false;
	uint32_t function;
	size_t i;

	for (i = 0; i < ranking->count; i++) {
		function = ranking->ranks[i].key;
		if (is_owner(summary, function))
			continue;
		has_any = true;
		if (!helpers->count)
			helpers->function = function;
		helpers->count += !helpers->count || function != helpers->function;
	}
	return has_any;
}

int advice_helpers_text(struct text *text, const struct advice *advice,
                        const struct classes *classes,
                        const struct life_summary *summary, bool is_freed_elsewhere)
{
	struct helpers helpers = { .count = 0 };
	char name[256], more[32] = "";

	if (advice->kind != ADVICE_LOCAL && advice->kind != ADVICE_CALLER &&
	    advice->kind != ADVICE_ARENA &&
	    !(advice->kind == ADVICE_REUSE && is_freed_elsewhere))
		return 0;
	helpers.frees = helpers_add(&helpers, summary, &summary->freers);
	helpers.moves = helpers_add(&helpers, summary, &summary->movers);
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
