/* verdict/refusal_text.c - why nothing is advised, in words. */
#include "verdict/advice_rules.h"

/* Print reasons that have numbers of blocks or owners; nothing for all other reasons. */
static int count_text(struct text *text, enum refusal refusal,
                      const struct life_summary *summary)
{
	const struct class_counts *counts = &summary->counts;
	unsigned long long blocks = counts->blocks;
	char percent[TEXT_NUMBER_BYTES];
	unsigned class, kinds = 0;

	switch (refusal) {
	case REFUSE_INFERRED:
		return text_printf(
			text, "frames of %s of its blocks are not exact",
			text_percent(percent, counts->inferred.blocks, counts->blocks));
	case REFUSE_OPEN:
		return text_printf(
			text,
			"whether functions inlined into others had ended is open for %s of its "
			"blocks",
			text_percent(percent, counts->open.blocks + counts->owner_open,
		                 counts->blocks));
	case REFUSE_SUPPORTED:
		return text_printf(
			text, "that its blocks end before their function is usual in this run, but "
				  "not proved");
	case REFUSE_UNKNOWN:
		return text_printf(
			text, "the end of %s of its blocks was not seen",
			text_percent(percent, counts->unknown.blocks, counts->blocks));
	case REFUSE_CLASSES:
		for (class = 0; class < CLASS_COUNT; class ++)
			kinds += counts->shares[class].blocks > 0;
		return text_printf(
			text, "its blocks are of %u class%s%s", kinds, kinds == 1 ? "" : "es",
			counts->suppressed.blocks ? ", and some are kept on purpose" : "");
	case REFUSE_FEW:
		return text_printf(text, "%llu block%s too few to advise on", blocks,
		                   blocks == 1 ? " is" : "s are");
	case REFUSE_FEW_GLOBALS:
		return text_printf(text,
		                   "%llu block%s: the next run may not have as many, or as "
		                   "large",
		                   blocks, text_s(blocks));
	case REFUSE_OWNERS:
		return text_printf(text, "its blocks have %zu owners", summary->owners.count);
	default: return 0;
	}
}

/*
 * Print reasons that have sizes, with the limit that was exceeded; nothing for all other
 * reasons.
 */
static int size_text(struct text *text, enum refusal refusal,
                     const struct life_summary *summary)
{
	uint64_t room = advice_room(summary),
			 at_once = summary->at_once ? summary->at_once : 1;
	char size[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES];
	bool is_stack = advice_is_all(summary, CLASS_STACK);
	const char *what = is_stack ? "a function's variables"
	                            : "a buffer of their owner's";

	text_size(size, summary->largest_max);
	text_size(most, room);
	switch (refusal) {
	case REFUSE_LARGE:
		return text_printf(text,
		                   "its largest block is too large: %s, with %s at most for %s",
		                   size, most, what);
	case REFUSE_MANY:
		return text_printf(
			text, "its blocks are too many: %s of %s at once, with %s at most for %s",
			text_count(count, at_once), size, most, what);
	case REFUSE_MANY_AT_ONCE:
		return text_printf(
			text,
			"%s of its blocks are alive at once, and do not end together: "
			"too many for local variables",
			text_count(count, at_once));
	case REFUSE_RECURSION:
		return text_printf(text,
		                   "its function calls itself: %u at once would need %s each, "
		                   "with %s at most for all",
		                   summary->recursion,
		                   text_size(size, at_once * summary->largest_max), most);
	case REFUSE_LARGE_FOR_ARENA:
		return text_printf(text,
		                   "its largest block is too large for an arena: %s, with %s "
		                   "at most",
		                   size, text_size(most, ADVICE_ARENA_SIZE_MAX));
	case REFUSE_LARGE_FOR_GLOBALS:
		return text_printf(
			text, "its blocks are too large for globals: %s together, with %s at most",
			text_size(size, summary->counts.blocks * summary->largest_max),
			text_size(most, ADVICE_STATIC_BYTES_MAX));
	case REFUSE_BATCHES:
		return text_printf(text,
		                   "they come and go in batches of up to %s: an arena would "
		                   "have to be emptied after each batch",
		                   text_count(count, summary->at_once_min));
	case REFUSE_FEW_AT_ONCE:
		return text_printf(text,
		                   "up to %s of its blocks are live at once: too many for one "
		                   "buffer, and not known to be enough for an arena",
		                   text_count(count, at_once));
	default: return 0;
	}
}

int refusal_text(struct text *text, enum refusal refusal,
                 const struct life_summary *summary, const char *thread)
{
	static const char *const texts[REFUSALS] = {
		[REFUSE_SAMPLED] = ("a sample cannot show how many of its blocks are alive at "
		                    "once, how large they get, or what follows what"),
		[REFUSE_GOES_ON] = "its reallocs continue blocks of other call paths",
		[REFUSE_LIVE] =
			"its blocks are never freed: if they should be, that comes first",
		[REFUSE_SUPPRESSED] = "its blocks are never freed, on purpose",
		[REFUSE_UNFINISHED] = ("its process did not run to its end, where they might "
		                       "have been freed"),
		[REFUSE_SIZES_DIFFER] = "their size is not known to be constant",
		[REFUSE_THROWN] = "the runtime of C++ allocates what is thrown",
		[REFUSE_CONTAINER] =
			("a container allocates them when it needs to: its user can "
		     "keep the container, or reserve (deques, maps, sets and lists cannot)"),
		[REFUSE_COROUTINE] =
			("each is the frame of a coroutine, which the compiler allocates: it "
		     "leaves that out only where it sees, inlined, that the coroutine ends "
		     "before its caller; a promise type can have an operator new of its own"),
		[REFUSE_FIXED] = "the function that allocates them is not yours to change",
		[REFUSE_MADE_ELSEWHERE] = "another module allocates them for its callers",
		[REFUSE_MOVED_ELSEWHERE] = ("another (or an unknown) module passes them to "
		                            "realloc"),
		[REFUSE_MOVED_ANYWHERE] = ("more call paths pass them to realloc than are "
		                           "counted apart"),
		[REFUSE_FREED_ANYWHERE] = ("more call paths free them than are counted apart, "
		                           "so who would have to change is not known"),
		[REFUSE_STREAM] = ("a string stream grows as it is written, and cannot be "
		                   "reserved: a string could"),
		[REFUSE_FREED_ELSEWHERE] = ("another (or an unknown) module frees them"),
		[REFUSE_OWNERS_FIXED] = "the function that owns them is not yours to change",
		[REFUSE_OWNERS_EXIT] = ("some are freed after main() returned: no function of "
		                        "yours owns them then"),
		[REFUSE_LIBRARIES] = ("one library allocates them and another owns them: both "
		                      "would have to change, and neither is the program's"),
		[REFUSE_SIZES_GROW] = "their sizes grew to the end: nothing bounds them",
		[REFUSE_CROWD_GROWS] = ("how many are live at once grew to the end: nothing "
		                        "bounds them"),
		[REFUSE_MIXED] =
			"more are made after some were freed: they do not end all together",
		[REFUSE_ONE_BY_ONE] = "they come and go one by one, not all together",
	};

	if (refusal == REFUSE_CROSSED)
		return text_printf(text, "its blocks are handed to another %s", thread);
	if (texts[refusal])
		return text_printf(text, "%s", texts[refusal]);
	return count_text(text, refusal, summary) || size_text(text, refusal, summary) ? -1
	                                                                               : 0;
}
