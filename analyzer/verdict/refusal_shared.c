/* verdict/refusal_shared.c - why several call sites get no advice, in words without figures. */
#include "verdict/advice.h"
#include "verdict/advice_rules.h"

const char *advice_refusal_shared(const struct classes *classes,
                                  const struct call_site *call_site)
{
	static const char *const texts[REFUSALS] = {
		[REFUSE_INFERRED] = "frames of some of their blocks are not exact",
		[REFUSE_OPEN] =
			("whether functions inlined into others had ended is open for some "
		     "of their blocks"),
		[REFUSE_UNKNOWN] = "the end of some of their blocks was not seen",
		[REFUSE_CLASSES] = "the blocks of each are of several classes",
		[REFUSE_FEW] = "each has too few blocks to advise on",
		[REFUSE_FEW_GLOBALS] =
			("each has few blocks: the next run may not have as many, or "
		     "as large"),
		[REFUSE_OWNERS] = "the blocks of each have several owners",
		[REFUSE_LARGE] = "their blocks are too large for variables or a buffer",
		[REFUSE_MANY] = ("their blocks are too many at once for variables or a buffer"),
		[REFUSE_MANY_AT_ONCE] =
			("many of their blocks are alive at once, and do not end "
		     "together: too many for local variables"),
		[REFUSE_RECURSION] =
			("their functions call themselves: all their blocks at once are "
		     "too many for variables"),
		[REFUSE_LARGE_FOR_ARENA] = "their blocks are too large for an arena",
		[REFUSE_LARGE_FOR_GLOBALS] = "their blocks are too large for globals",
		[REFUSE_BATCHES] = ("their blocks come and go in batches: an arena would have "
		                    "to be emptied after each batch"),
		[REFUSE_FEW_AT_ONCE] =
			("several of their blocks are live at once: too many for one "
		     "buffer, and not known to be enough for an arena"),
	};

	return texts[call_site_advice(classes, call_site).refusal];
}
