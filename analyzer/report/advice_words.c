/* report/advice_words.c - advice in plain words. */
#include "report/advice_words.h"

#include "report/advice_helpers.h"
#include "verdict/function_text.h"
#include "verdict/reuse.h"

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

/* How large the blocks became that grew, or the containers that held them. */
static int grown_text(struct text *text, const char *what,
                      const struct life_summary *summary)
{
	char most[TEXT_NUMBER_BYTES], median[TEXT_NUMBER_BYTES];

	text_size(most, summary->largest_max);
	text_size(median, summary->grown_median);
	if (summary->grown == 1)
		return text_printf(text, "its last size is %s", most);
	if (summary->finals.count == 1 && summary->grown_median == summary->largest_max)
		return text_printf(text, "all of the %s that grew became %s", what, most);
	return text_printf(text, "half of the %s grew to at most %s, the largest to %s",
	                   what, median, most);
}

/*
 * A container whose memory outlives the function that makes it grow was made elsewhere: reserving
 * again in each call would not help.
 */
static int reserve_text(struct text *text, const struct advice *advice,
                        const char *where, const struct life_summary *summary)
{
	const struct class_counts *counts = &summary->counts;
	char copies[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES];

	if (!advice->copies)
		return text_printf(
				   text, "%s %s%s: %s reallocs grew its blocks, %.1f each; ",
				   has_uneven_finals(summary) ? "let the blocks of" : "reserve in",
				   where, has_uneven_finals(summary) ? " grow by half at a time" : "",
				   text_count(count, summary->chain_reallocs),
				   (double)summary->chain_reallocs / (double)summary->chains) ||
		               grown_text(text, "blocks", summary)
		           ? -1
		           : 0;
	if (counts->shares[CLASS_STACK].blocks * 2 < counts->blocks) {
		if (text_printf(text, "reserve where the container is made; it grows in %s",
		                where))
			return -1;
	} else if (text_printf(text, "reserve in %s", where)) {
		return -1;
	}
	return text_printf(text,
	                   ": a container grew by copying, so %s of %s blocks are not "
	                   "needed; ",
	                   text_count(copies, advice->copies),
	                   text_count(count, counts->blocks)) ||
	               grown_text(text, "containers", summary)
	           ? -1
	           : 0;
}

/* One block that stays where it is, or one of many that is freed for another. */
static int reuse_text(struct text *text, const char *where, const char *owner,
                      const struct life_summary *summary)
{
	char sizes[80], count[TEXT_NUMBER_BYTES], room[TEXT_NUMBER_BYTES + 32] = "";
	char most[TEXT_NUMBER_BYTES], live[TEXT_NUMBER_BYTES];

	sizes_text(sizes, sizeof(sizes), summary);
	text_count(count, class_counts_known(&summary->counts));
	if (summary->size_kind != SIZE_CONSTANT)
		snprintf(room, sizeof(room), ", with room for %s",
		         text_size(most, summary->largest_max));
	if (summary->at_once > 2)
		return text_printf(
			text,
			"%s frees a block where it makes the next: use that one again%s: %s of %s, "
			"up to %s at once; they belong to %s",
			where, room, count, sizes, text_count(live, summary->at_once), owner);
	return text_printf(text,
	                   "keep the block in %s and use it again%s: %s of %s, each freed "
	                   "by the call that made the next; they belong to %s",
	                   where, room, count, sizes, owner);
}

/* One activation that made all blocks made them in a loop. */
static int keep_text(struct text *text, const char *where,
                     const struct life_summary *summary)
{
	char sizes[80], count[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES];

	sizes_text(sizes, sizeof(sizes), summary);
	text_count(count, class_counts_known(&summary->counts));
	text_size(most, summary->largest_max);
	if (summary->activations == 1)
		return text_printf(
			text,
			"allocate one buffer of %s in %s, before its loop: %s blocks "
			"of %s, one at a time, each freed before the next",
			most, where, count, sizes);
	return text_printf(
		text,
		"keep one buffer of %s between the calls of %s, in its caller or "
		"in a %s variable: %s blocks of %s, one at a time, each freed "
		"before it returned",
		most, where, summary->was_shared ? "thread-local" : "static", count, sizes);
}

/* How an arena asks for its bytes. */
static const char *pieces_text(char *text, size_t bytes,
                               const struct life_summary *summary)
{
	if (saving_arena_bytes(summary) <= SAVING_PIECE_BYTES)
		return summary->activations > 1 ? "in one piece for each of its calls"
		                                : "in one piece";
	snprintf(text, bytes, "in pieces of %u KiB", (unsigned)(SAVING_PIECE_BYTES >> 10));
	return text;
}

/*
 * Append what to do, and the figures that support it, which are of all call paths through the
 * call site. `where`: the function that allocates; `owner`: the one that is to own the blocks;
 * both are escaped. Kinds without a sentence here append nothing.
 */
static int sentence_add(struct text *text, const struct advice *advice,
                        const char *where, const char *owner,
                        const struct life_summary *summary, bool is_freed_elsewhere)
{
	char sizes[80], count[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES];
	char live[TEXT_NUMBER_BYTES], pieces[64];

	sizes_text(sizes, sizeof(sizes), summary);
	text_count(count, class_counts_known(&summary->counts));
	text_size(most, summary->largest_max);
	switch (advice->kind) {
	case ADVICE_LOCAL:
		if (summary->at_once > 1)
			return text_printf(text,
			                   "a local array in %s: %s blocks of %s, at most %s at "
			                   "once, all freed before it returned",
			                   where, count, sizes, text_count(live, summary->at_once));
		if (summary->size_kind == SIZE_CONSTANT)
			return text_printf(text,
			                   "a local variable in %s: %s blocks of %s, each freed "
			                   "before it returned",
			                   where, count, sizes);
		return text_printf(text,
		                   "a local buffer of %s in %s, and the heap for what is "
		                   "longer: %s blocks of %s, each freed before it returned",
		                   most, where, count, sizes);
	case ADVICE_CALLER:
		return text_printf(text,
		                   "let %s own the buffer and pass it down to %s: %s blocks of "
		                   "%s, one at a time, each passed up to %s",
		                   owner, where, count, sizes, owner);
	case ADVICE_REUSE:
		if (is_freed_elsewhere)
			return text_printf(text,
			                   "keep the block in %s and use it again: %s of %s, never "
			                   "more than one alive%s; they belong to %s",
			                   where, count, sizes,
			                   advice->part_count > 1 ? " of each call" : "", owner);
		return reuse_text(text, where, owner, summary);
	case ADVICE_KEEP: return keep_text(text, where, summary);
	case ADVICE_ARENA:
		return text_printf(text,
		                   "an arena in %s for the blocks of %s: %s of %s, up to %s at "
		                   "once, none outlived it: the same bytes %s",
		                   owner, where, count, sizes,
		                   text_count(live, summary->at_once_min),
		                   pieces_text(pieces, sizeof(pieces), summary));
	case ADVICE_RESERVE: return reserve_text(text, advice, where, summary);
	case ADVICE_STATIC:
		return text_printf(
			text,
			"globals for what %s allocates: %s blocks of %s, born before "
			"main(), not freed before exit",
			where, count, sizes);
	case ADVICE_MOVE:
		return text_printf(
			text,
			"copy nothing in %s: %s copies of %s are made and freed by one "
			"statement of it; a const reference or a move would do",
			owner, count, sizes);
	default: return 0;
	}
}

/* What is kept with a block, as the same call of the owner makes it. */
static int parts_text(struct text *text, const struct advice *advice)
{
	char count[TEXT_NUMBER_BYTES];

	if (!advice->with_count)
		return 0;
	return text_printf(text,
	                   "; what the same call makes is kept with it: %s blocks of %u "
	                   "other line%s",
	                   text_count(count, advice->with_blocks), advice->with_count,
	                   text_s(advice->with_count));
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
	const struct life_summary *summary = advice_summary(advice, call_sites);
	bool is_freed_elsewhere = !is_freed_by(summary, call_site->function);
	char where[256], owner[256];

	if (advice->library && library_text(text, advice->library))
		return -1;
	function_call_text(where, sizeof(where), classes, call_site->function);
	owner_text(owner, sizeof(owner), advice, classes);
	if (sentence_add(text, advice, where, owner, summary, is_freed_elsewhere) ||
	    parts_text(text, advice) ||
	    advice_helpers_text(text, advice, classes, summary, is_freed_elsewhere))
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

/* ---- what it saves, and how sure that is ------------------------------------------------ */

/* "8.27 to 16.5 us": the unit of the first is left out if both have the same. */
static const char *span_text(char *text, size_t bytes, uint64_t least, uint64_t most)
{
	char one[TEXT_NUMBER_BYTES], two[TEXT_NUMBER_BYTES], *unit;

	text_duration(one, least);
	text_duration(two, most);
	unit = strchr(one, ' ');
	if (!strcmp(one, two)) {
		snprintf(text, bytes, "%s", two);
		return text;
	}
	if (unit && strchr(two, ' ') && !strcmp(unit, strchr(two, ' ')))
		*unit = 0;
	snprintf(text, bytes, "%s to %s", one, two);
	return text;
}

int advice_saves_text(struct text *text, const struct advice *advice)
{
	char calls[TEXT_NUMBER_BYTES], bytes[TEXT_NUMBER_BYTES];
	char time[2 * TEXT_NUMBER_BYTES + 8];

	if (text_printf(text, "saves %s call%s", text_short(calls, advice->saves.calls),
	                text_s(advice->saves.calls)) ||
	    (advice->saves.bytes &&
	     text_printf(text, ", %s", text_size(bytes, advice->saves.bytes))))
		return -1;
	if (advice->has_time)
		return text_printf(text, ", %s",
		                   span_text(time, sizeof(time), advice->saves.ns_least,
		                             advice->saves.ns_most));
	/* it may be much: that none is promised is to be seen */
	return saving_is_wide(&advice->saves) ? text_printf(text, ", no time promised") : 0;
}

int advice_no_time_text(struct text *text, const struct advice *advice)
{
	char time[2 * TEXT_NUMBER_BYTES + 8];

	if (advice->has_time)
		return 0;
	return text_printf(
		text, "malloc and free take %s for these blocks, too %s to promise any",
		span_text(time, sizeof(time), advice->saves.ns_least, advice->saves.ns_most),
		saving_is_wide(&advice->saves) ? "wide a range" : "little of the run");
}

/* What realloc did to blocks: how often to each, if that is always the same. */
static int reallocs_basis(struct text *text, const struct life_summary *summary)
{
	char count[TEXT_NUMBER_BYTES], blocks[TEXT_NUMBER_BYTES];
	uint64_t each = summary->chains ? summary->chain_reallocs / summary->chains : 0;

	if (!summary->chains)
		return 0;
	text_count(count, summary->chain_reallocs);
	if (summary->chains < summary->begun)
		return text_printf(text, " at their largest, after %s realloc%s of %s of them",
		                   count, text_s(summary->chain_reallocs),
		                   text_count(blocks, summary->chains));
	if (summary->begun > 1 && summary->chain_longest == each)
		return text_printf(text, " after %s realloc%s each", text_count(count, each),
		                   text_s(each));
	return text_printf(text, " at %s largest, after %s realloc%s%s",
	                   summary->begun == 1 ? "its" : "their", count,
	                   text_s(summary->chain_reallocs),
	                   summary->begun == 1 ? "" : " in all");
}

/* "10,000 blocks by 3 call paths, always 40 B", and what realloc did to them. */
static int sizes_basis(struct text *text, const struct life_summary *summary)
{
	char blocks[TEXT_NUMBER_BYTES], sizes[80];

	if (text_printf(text, "%s block%s of %u call path%s, %s%s",
	                text_count(blocks, summary->begun), text_s(summary->begun),
	                summary->path_count, text_s(summary->path_count),
	                summary->size_kind == SIZE_CONSTANT ? "always " : "",
	                sizes_text(sizes, sizeof(sizes), summary)))
		return -1;
	return reallocs_basis(text, summary);
}

int advice_basis_text(struct text *text, const struct advice *advice,
                      const struct classes *classes,
                      const struct call_sites *call_sites)
{
	const struct life_summary *summary = advice_summary(advice, call_sites);
	char count[TEXT_NUMBER_BYTES], percent[TEXT_NUMBER_BYTES], owner[256];
	uint64_t known = class_counts_known(&summary->counts) -
	                 summary->counts.inferred.blocks;

	if (sizes_basis(text, summary))
		return -1;
	if (advice->part_count > 1 &&
	    text_printf(text, "; %u calls of this %s", advice->part_count,
	                advice->kind == ADVICE_ARENA ? "function" : "line"))
		return -1;
	if (summary->counts.unknown.blocks &&
	    text_printf(text,
	                "; %s of them %s alive when the recording ended, and how %s "
	                "ended is not known",
	                text_count(count, summary->counts.unknown.blocks),
	                summary->counts.unknown.blocks == 1 ? "was" : "were",
	                summary->counts.unknown.blocks == 1 ? "it" : "they"))
		return -1;
	if (advice->kind == ADVICE_MOVE &&
	    text_printf(text, "; another block of the same size was alive all the time"))
		return -1;
	if (text_printf(text, "; at most %s alive at once",
	                text_count(count, summary->at_once ? summary->at_once : 1)))
		return -1;
	/* with several owners, the activations of one may be counted for another */
	if (summary->activations && has_single_owner(summary) &&
	    text_printf(text, " in %s%s activation%s of %s",
	                summary->activations == 1 ? "the only" : "each of ",
	                summary->activations == 1 ? ""
	                                          : text_count(count, summary->activations),
	                text_s(summary->activations),
	                function_call_text(owner, sizeof(owner), classes,
	                                   summary->owners.ranks[0].key)))
		return -1;
	if (text_printf(text, "; %s",
	                summary->was_shared ? "several threads had some at the same time"
	                                    : "no two threads had some at the same time"))
		return -1;
	if (!classes->has_exact_frames || known == summary->counts.proved)
		return 0;
	return text_printf(text, "; the class of %s of them is proved",
	                   text_percent(percent, summary->counts.proved,
	                                class_counts_known(&summary->counts)));
}

/* Append another reason. */
static int doubt_add(struct text *text, const char *doubt)
{
	return text_printf(text, "%s%s", text->bytes ? "; " : "", doubt);
}

/* What other input may change: sizes, and how many there are at once. */
static int input_doubts(struct text *text, const struct advice *advice,
                        const struct life_summary *summary)
{
	char most[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES], line[160];

	text_size(most, summary->largest_max);
	if (advice->kind == ADVICE_MOVE)
		return 0;
	if (advice->kind == ADVICE_RESERVE) {
		if (!advice->copies && has_uneven_finals(summary))
			return doubt_add(text,
			                 "memory is short: up to a third of each block that grew "
			                 "is not used");
		if (doubt_add(text, "the size is not known when the first block is made"))
			return -1;
		snprintf(line, sizeof(line), "most need less than %s: the rest of it is wasted",
		         most);
		return has_uneven_finals(summary) ? doubt_add(text, line) : 0;
	}
	snprintf(line, sizeof(line), "other input needs more than %s%s", most,
	         summary->size_kind == SIZE_CONSTANT ? ", the one size of this run" : "");
	if (doubt_add(text, line))
		return -1;
	if (advice->kind == ADVICE_ARENA || advice->kind == ADVICE_STATIC)
		return 0;
	snprintf(line, sizeof(line), "other input needs more than %s at once",
	         text_count(count, summary->at_once ? summary->at_once : 1));
	return doubt_add(text, line);
}

int advice_doubts_text(struct text *text, const struct advice *advice,
                       const struct classes *classes,
                       const struct call_sites *call_sites)
{
	const struct life_summary *summary = advice_summary(advice, call_sites);
	static const char *const doubts[ADVICE_KINDS] = {
		[ADVICE_LOCAL] = "its address is used after the function returned",
		[ADVICE_CALLER] = "the owner needs two of them at the same time",
		[ADVICE_REUSE] = "the old contents are still needed when the new ones are made",
		[ADVICE_ARENA] =
			"some must be freed early, as an arena keeps all until its end",
		[ADVICE_MOVE] =
			"the copy is changed, or what it was made from is, before it ends",
		[ADVICE_KEEP] =
			("the function is called by itself, or by two threads at once, while it "
		     "uses the buffer; the memory is missed elsewhere while it is kept"),
		[ADVICE_STATIC] = "what uses them runs in several threads, or twice",
	};
	char line[96];

	if (input_doubts(text, advice, summary))
		return -1;
	if (doubts[advice->kind] && doubt_add(text, doubts[advice->kind]))
		return -1;
	if (summary->recursion > 1) {
		snprintf(line, sizeof(line),
		         "the function calls itself deeper than %u times, as here",
		         summary->recursion);
		if (doubt_add(text, line))
			return -1;
	}
	if (summary->chains && advice->kind != ADVICE_RESERVE &&
	    doubt_add(text, "realloc makes them larger than here"))
		return -1;
	return classes->profile->lost.events
	           ? doubt_add(text, "the lost events say otherwise")
	           : 0;
}
