/* verdict/reserve.c - blocks that could have had their size at once. */
#include "verdict/reserve.h"

#include "verdict/changeable.h"
#include "verdict/library_blocks.h"

#define REALLOCS_MIN 16
#define REALLOCS_EACH_MIN 3 /* reallocs of a block, on average */

/* Whether containers begin smaller than the function that makes them always lets them become. */
static bool begins_small(const struct classes *classes,
                         const struct call_site *call_site)
{
	const struct life_summary *summary = &call_site->summary;

	return summary->movers.count == 1 &&
	       summary->movers.ranks[0].key == call_site->function &&
	       summary->grown >= REALLOCS_MIN && summary->grown * 2 >= summary->begun &&
	       summary->size_kind != SIZE_UNBOUNDED && !has_uneven_finals(summary) &&
	       is_of_container(classes, summary) && !is_of_format(classes, summary);
}

bool is_for_reserve(const struct classes *classes, const struct call_site *call_site)
{
	const struct life_summary *summary = &call_site->summary;

	return !moved_where(classes, summary, call_site->function) &&
	       summary->chain_reallocs >= REALLOCS_MIN &&
	       (summary->chain_reallocs >= REALLOCS_EACH_MIN * summary->chains ||
	        begins_small(classes, call_site));
}
