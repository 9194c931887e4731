/* report/text/why.c - everything about one call path or function. */
#include "report/text/why.h"

#include "report/text/names.h"
#include "verdict/function_choice.h"
#include "verdict/function_text.h"
#include "report/text/advice.h"
#include "report/text/classes.h"
#include "base/table.h"
#include "report/text/suppressions.h"
#include "report/text/tree.h"
#include "report/text/summary.h"
#include "report/text/why_advice.h"
#include "report/text/why_memory.h"
#include "verdict/stack_names.h"
#include "report/why_choice.h"
#include "report/why_filtered.h"
#include "trace/clock.h"

#include <stdlib.h>
#include <string.h>

/* half a screen for the tree, rows of each list, and the longest bar */
#define TREE_LINES 24
#define RANKS_SHOWN 8
#define BAR_COLUMNS 30
#define LABEL_COLUMNS 15 /* width of the label of a line */

struct why {
	const struct screen *screen;
	const struct findings *findings;
	uint8_t *only;        /* by number of the call path */
	uint32_t *call_sites; /* call sites of these paths, in the order they were met */
	/* of call_sites */
	uint32_t call_site_count;
	struct life_summary summary;
	uint32_t owner; /* the function that was asked for, if it only owns blocks */
};

/* ---- parts --------------------------------------------------------------------------- */

/* What else there is than the call site of the title, which is in the line `where`. 0 or -1. */
static int others_text(const char **text, const struct why *why, const char *where)
{
	const struct findings *findings = why->findings;
	char other[256];
	uint32_t i;

	*text = why->call_site_count > 1      ? " and other calls in this line"
	        : why->summary.path_count > 1 ? " and other call paths"
	                                      : "";
	for (i = 0; i < why->call_site_count; i++) {
		if (location_line_text(
				other, sizeof(other), findings->classes->profile,
				findings->call_sites.call_sites[why->call_sites[i]].location))
			return -1;
		if (strcmp(other, where))
			*text = " and other lines";
	}
	return 0;
}

/*
 * Print the function, one of its lines, and the verdict. The line is that of the first call
 * path; words behind it say that there are others. 0, or -1: no memory.
 */
static int title_print(const struct why *why)
{
	const struct classes *classes = why->findings->classes;
	const struct call_site
		*call_site = &why->findings->call_sites.call_sites
	                      [why->findings->call_sites.of_path[why->summary.path]];
	char name[512], where[256], lines[512];
	const char *others;
	enum verdict verdict;

	if (why->owner) {
		function_text(name, sizeof(name), classes, why->owner);
		screen_line(why->screen, 2,
		            "%s%s%s  %sallocates none of its blocks itself: these are the call "
		            "paths whose blocks it owned, all or some%s",
		            screen_bold(why->screen), name, screen_plain(why->screen),
		            screen_dim(why->screen), screen_plain(why->screen));
	}
	function_text(name, sizeof(name), classes, call_site->function);
	if (location_line_text(where, sizeof(where), classes->profile,
	                       call_site->location) ||
	    others_text(&others, why, where))
		return -1;
	screen_line(why->screen, 2, "%s%s%s  %s%s%s%s", screen_bold(why->screen), name,
	            screen_plain(why->screen), screen_dim(why->screen),
	            function_lines_text(lines, sizeof(lines),
	                                &classes->functions.functions[call_site->function],
	                                where),
	            others, screen_plain(why->screen));
	verdict = class_counts_verdict(&why->summary.counts, why->summary.allocations);
	/* the one verdict that is no class, and in no table of them */
	screen_line(
		why->screen, LABEL_COLUMNS, "  verdict      %s%s", verdict_text(verdict),
		verdict == VERDICT_GROWS ? ": its reallocs resize blocks that other call "
								   "paths made, and that count for those"
								 : "");
	report_kept(why->screen, why->findings->classes, &why->summary);
	return 0;
}

/* Print the sizes that the blocks grew to, and whether they are bounded. */
static void size_kind_print(const struct why *why)
{
	const struct life_summary *summary = &why->summary;
	char least[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES], settled[TEXT_NUMBER_BYTES];
	char blocks[TEXT_NUMBER_BYTES];
	/* a block may get larger than any size that was asked for here */
	const char *label = summary->largest_max > summary->size_max ? "grew to     "
	                                                             : "largest size";

	if (!summary->begun || summary->is_sampled)
		return;
	text_size(most, summary->largest_max);
	text_count(settled, summary->settled);
	text_count(blocks, summary->begun);
	/* the line "size" already has "always" */
	if (summary->size_kind == SIZE_CONSTANT && summary->size_min == summary->size_max)
		return;
	text_size(least, summary->largest_min);
	if (summary->size_kind == SIZE_CONSTANT)
		screen_line(why->screen, LABEL_COLUMNS, "  grew to      always %s", most);
	else if (summary->size_kind == SIZE_BOUNDED)
		screen_line(
			why->screen, LABEL_COLUMNS,
			"  %s %s to %s; bounded: the last %s of %s blocks were no larger than "
			"those before",
			label, least, most, settled, blocks);
	else
		screen_line(
			why->screen, LABEL_COLUMNS,
			"  %s %s to %s; unbounded: only %s of %s blocks are known to have come "
			"after the largest",
			label, least, most, settled, blocks);
}

/*
 * Write "3 blocks", or "2 to 3 blocks"; for several call paths together only limits may be known.
 */
static const char *live_text(char *text, size_t bytes,
                             const struct life_summary *summary)
{
	char least[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES];

	text_count(least, summary->live_least);
	text_count(most, summary->live_most);
	if (summary->live_least == summary->live_most)
		snprintf(text, bytes, "%s block%s", most, text_s(summary->live_most));
	else
		snprintf(text, bytes, "%s to %s blocks", least, most);
	return text;
}

/*
 * Print how much these call paths allocated, and in which sizes. A realloc counts as an
 * allocation; how the blocks grew by it follows at the end.
 */
static void sizes_print(const struct why *why)
{
	const struct life_summary *summary = &why->summary;
	char count[TEXT_NUMBER_BYTES], bytes[TEXT_NUMBER_BYTES], least[TEXT_NUMBER_BYTES];
	char most[TEXT_NUMBER_BYTES], more[TEXT_NUMBER_BYTES], reallocs[64] = "", live[96];
	const struct screen *screen = why->screen;

	if (summary->reallocs)
		snprintf(reallocs, sizeof(reallocs), ", %s of them realloc%s",
		         text_count(more, summary->reallocs), text_s(summary->reallocs));
	screen_line(screen, LABEL_COLUMNS, "  allocated    %s in %s call%s%s%s%s",
	            text_size(bytes, summary->bytes),
	            text_count(count, summary->allocations), text_s(summary->allocations),
	            reallocs, summary->is_sampled ? "" : "; most at once: ",
	            summary->is_sampled ? "" : live_text(live, sizeof(live), summary));
	if (summary->size_min == summary->size_max)
		screen_line(screen, LABEL_COLUMNS, "  size         %s %s%s",
		            summary->is_sampled ? "of those seen:" : "always",
		            text_size(most, summary->size_max),
		            summary->largest_max > summary->size_max ? " when allocated" : "");
	else
		screen_line(
			screen, LABEL_COLUMNS, "  size         %s to %s, %s on average",
			text_size(least, summary->size_min), text_size(most, summary->size_max),
			text_size(more, summary->bytes /
		                        (summary->allocations ? summary->allocations : 1)));
	/* each call site has sizes of its own: see lines_print() */
	if (why->call_site_count == 1)
		size_kind_print(why);
	if (summary->chains)
		screen_line(screen, LABEL_COLUMNS,
		            "  realloc      %s realloc%s of %s block%s, up to %u of one",
		            text_count(count, summary->chain_reallocs),
		            text_s(summary->chain_reallocs), text_count(more, summary->chains),
		            text_s(summary->chains), summary->chain_longest);
}

/* Write "always 64 B": the largest sizes that the blocks of one call site reached. */
static const char *line_sizes_text(char *text, size_t bytes,
                                   const struct life_summary *summary)
{
	char least[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES];

	text_size(least, summary->largest_min);
	text_size(most, summary->largest_max);
	if (!summary->begun)
		snprintf(text, bytes, "reallocs of blocks born elsewhere");
	else if (summary->is_sampled)
		snprintf(text, bytes, "%s to %s of those seen", least, most);
	else if (summary->size_kind == SIZE_CONSTANT)
		snprintf(text, bytes, "always %s", most);
	else
		snprintf(text, bytes, "%s to %s, %s", least, most,
		         summary->size_kind == SIZE_BOUNDED ? "bounded" : "unbounded");
	return text;
}

/* Print the call sites, if the function has several. */
static int lines_print(const struct why *why)
{
	const struct findings *findings = why->findings;
	char where[256], count[TEXT_NUMBER_BYTES], sizes[96], number[WHY_NAME_BYTES];
	char name[512];
	bool has_functions = false;
	const struct call_site *call_site;
	uint32_t i;

	if (why->call_site_count < 2)
		return 0;
	for (i = 1; i < why->call_site_count; i++)
		has_functions |= findings->call_sites.call_sites[why->call_sites[i]].function !=
		                 findings->call_sites.call_sites[why->call_sites[0]].function;
	screen_heading(why->screen, "call sites",
	               "lines that allocate, and how large their blocks became");
	for (i = 0; i < why->call_site_count && i < RANKS_SHOWN; i++) {
		call_site = &findings->call_sites.call_sites[why->call_sites[i]];
		if (location_line_text(where, sizeof(where), findings->classes->profile,
		                       call_site->location))
			return -1;
		function_text(name, sizeof(name), findings->classes, call_site->function);
		screen_line(why->screen, 4, "  %s%s%s  %s block%s, %s  (--why %s)",
		            has_functions ? name : "", has_functions ? "  " : "", where,
		            text_count(count, call_site->summary.begun),
		            text_s(call_site->summary.begun),
		            line_sizes_text(sizes, sizeof(sizes), &call_site->summary),
		            why_call_site_text(number, call_site));
	}
	if (i < why->call_site_count)
		screen_line(why->screen, 5, "  .. and %u more", why->call_site_count - i);
	return 0;
}

/*
 * Print how long the blocks lived, of those whose end was seen. That nearly all were the
 * youngest of their thread or goroutine when freed hints at a stack or an arena.
 */
static void lifetime_print(const struct why *why)
{
	const struct profile *profile = why->findings->classes->profile;
	const struct ring_header *header = &profile->process->header;
	const struct life_summary *summary = &why->summary;
	char least[TEXT_NUMBER_BYTES], mean[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES];
	char between[TEXT_NUMBER_BYTES], part[TEXT_NUMBER_BYTES];

	if (!summary->ended)
		return;
	if (summary->is_sampled) {
		screen_line(why->screen, LABEL_COLUMNS,
		            "  lifetime     %s to %s, %s on average",
		            text_duration(least, process_span_ns(header, summary->age_min)),
		            text_duration(most, process_span_ns(header, summary->age_max)),
		            text_duration(mean, process_span_ns(header, summary->age_sum /
		                                                            summary->ended)));
		return;
	}
	screen_line(
		why->screen, LABEL_COLUMNS,
		"  lifetime     %s to %s, %s on average; %s allocation%s in between",
		text_duration(least, process_span_ns(header, summary->age_min)),
		text_duration(most, process_span_ns(header, summary->age_max)),
		text_duration(mean, process_span_ns(header, summary->age_sum / summary->ended)),
		text_short(between, summary->between_sum / summary->ended),
		text_s(summary->between_sum / summary->ended));
	screen_line(why->screen, LABEL_COLUMNS,
	            "  order        %s were the youngest block of their %s when freed",
	            text_percent(part, summary->youngest, summary->ended),
	            thread_table_kind(&profile->replay.threads));
}

/* The length of a bar: at most so long, and within a line of which `used` columns are used. */
static void bar_print(const struct screen *screen, uint64_t part, uint64_t whole,
                      size_t used)
{
	size_t room = screen->columns > used ? screen->columns - used : 0, columns, i;

	if (room > BAR_COLUMNS)
		room = BAR_COLUMNS;
	columns = whole ? (size_t)((double)part / (double)whole * (double)room + 0.5) : 0;
	for (i = 0; i < columns && i < room; i++)
		fputs(screen->has_blocks ? "\u2588" : "#", screen->file);
	fputc('\n', screen->file);
}

/*
 * Print how many frames the blocks outlived, as bars. Depths up to the number of wrappers are
 * stack-like: the function that asked for the block was still running.
 */
static void depths_print(const struct why *why)
{
	const struct life_summary *summary = &why->summary;
	/*
	 * if the paths skip different numbers of wrappers, depths are comparable only without
	 * them
	 */
	bool is_left = summary->peeled_min != summary->peeled_max;
	const struct ranking *depths = is_left ? &summary->left : &summary->depths;
	uint32_t stack_max = is_left ? 0 : summary->peeled_min;
	const struct screen *screen = why->screen;
	uint64_t all = ranking_blocks(depths);
	char blocks[TEXT_NUMBER_BYTES], part[TEXT_NUMBER_BYTES], frames[32];
	int used;
	size_t i;

	if (!depths->count)
		return;
	screen_heading(screen, "frames it outlived",
	               is_left               ? "wrappers skipped"
	               : summary->peeled_max ? "wrappers included"
	                                     : "");
	for (i = 0; i < depths->count; i++) {
		snprintf(frames, sizeof(frames), "%u%s", depths->ranks[i].key,
		         depths->ranks[i].key <= stack_max ? " (stack-like)" : "");
		used = fprintf(screen->file,
		               screen->is_narrow ? "  %-16s%6s %5s  " : "  %-16s%8s %6s  ",
		               frames, text_short(blocks, depths->ranks[i].blocks),
		               text_percent(part, depths->ranks[i].blocks, all));
		bar_print(screen, depths->ranks[i].blocks, all, used > 0 ? (size_t)used : 0);
	}
}

/*
 * Print a ranking of functions below a heading; nothing if it is empty. Only owners have a number
 * that --why takes: those that free may have no blocks. Shares are of the
 * blocks of this ranking, so that they add up to 100%.
 */
static void functions_print(const struct why *why, const char *title, const char *aside,
                            const struct ranking *ranking, bool are_owners)
{
	static const struct figure_column columns[] = {
		{ "blocks", 10, 7 }, { "share", 6, 5 }, { "bytes", 10, 8 }, { "--why", 7, 5 }
	};
	const struct screen *screen = why->screen;
	struct figures figures = figures_of(screen, columns, are_owners ? 4 : 3);
	uint64_t all = ranking_blocks(ranking);
	char texts[4][TEXT_NUMBER_BYTES], name[512];
	size_t i;

	if (!ranking->count)
		return;
	screen_heading(screen, title, aside);
	if (are_owners)
		figures_titles(&figures, "function");
	for (i = 0; i < ranking->count && i < RANKS_SHOWN; i++) {
		function_owner_text(name, sizeof(name), why->findings->classes,
		                    ranking->ranks[i].key);
		text_short(texts[0], ranking->ranks[i].blocks);
		text_percent(texts[1], ranking->ranks[i].blocks, all);
		text_size(texts[2], ranking->ranks[i].bytes);
		function_number_text(texts[3], ranking->ranks[i].key);
		report_names(screen, name, "", "", figures_print(&figures, texts));
	}
	if (i < ranking->count)
		screen_line(screen, 5, "  .. and %zu more", ranking->count - i);
}

static void owners_print(const struct why *why)
{
	uint64_t open = why->summary.counts.owner_open;
	char count[TEXT_NUMBER_BYTES];

	functions_print(why, "owners", "whose frame the blocks belonged to",
	                &why->summary.owners, true);
	if (open)
		screen_line(
			why->screen, 2,
			"  not known of %s block%s: functions that were inlined into others "
			"may have ended",
			text_count(count, open), text_s(open));
}

/* ---- the whole ------------------------------------------------------------------------ */

/* Add the call paths up, and collect their call sites. 0, or -1 when memory is out. */
static int paths_add(struct why *why)
{
	const struct call_sites *call_sites = &why->findings->call_sites;
	uint32_t paths = why->findings->classes->profile->replay.paths.count, i, call_site;
	uint8_t *is_listed = calloc(call_sites->count + 1, 1);
	int result = 0;

	why->call_sites = malloc((call_sites->count + 1) * sizeof(*why->call_sites));
	if (!is_listed || !why->call_sites)
		result = -1;
	for (i = 1; i < paths && !result; i++) {
		if (!why->only[i])
			continue;
		call_site = call_sites->of_path[i];
		if (!is_listed[call_site])
			why->call_sites[why->call_site_count++] = call_site;
		is_listed[call_site] = 1;
		result = life_summary_add(&why->summary, why->findings->classes, i);
	}
	free(is_listed);
	return result;
}

/*
 * Print everything, from the verdict to its evidence: how large, how long, how far up, by whom,
 * and what to do about it.
 */
static int why_print(struct why *why)
{
	struct kind_split split = { .local = { 0, 0 } };
	const struct classes *classes = why->findings->classes;
	const struct call_sites *call_sites = &why->findings->call_sites;
	uint32_t i, path;

	if (paths_add(why))
		return -1;
	life_summary_sort(&why->summary, classes);
	if (title_print(why))
		return -1;
	sizes_print(why);
	lifetime_print(why);
	if (lines_print(why))
		return -1;
	if (why->summary.counts.blocks) {
		fputc('\n', why->screen->file);
		for (i = 0; i < why->summary.path_count; i++) {
			path = why->summary.paths[i].path;
			kind_split_add(&split, classes,
			               &call_sites->call_sites[call_sites->of_path[path]],
			               &classes->paths[path]);
		}
		report_classes(why->screen, classes, &why->summary.counts, &split);
	}
	depths_print(why);
	owners_print(why);
	functions_print(
		why, "freed by",
		"the function that called free(), or its caller if that call was a jump",
		&why->summary.freers, false);
	functions_print(why, "reallocated by", "counts calls, not blocks",
	                &why->summary.movers, false);
	if (report_why_advice(why->screen, why->findings, why->call_sites,
	                      why->call_site_count))
		return -1;
	if (why->summary.path_count == 1)
		return report_call_path(why->screen, classes, why->summary.path);
	screen_heading(why->screen, "call paths",
	               "bytes allocated, callers first; " REPORT_TREE_LEAST);
	return report_tree(why->screen, classes,
	                   &(struct report_tree_choice){
						   .sort = REPORT_SORT_BYTES,
						   .lines_max = TREE_LINES,
						   .others = "--by path --top 0 shows all call paths",
						   .only = why->only });
}

int report_why(const struct screen *screen, const struct findings *findings,
               const char *which, struct why_several *several)
{
	struct why why = { .screen = screen, .findings = findings };
	long count = -1;
	int result = -1, filtered;

	why.only = calloc(findings->classes->profile->replay.paths.count, 1);
	if (why.only)
		count = why_choose(why.only, findings, which, several);
	why.owner = several->owner;
	/* 0: nothing was selected, and the caller prints what may be meant instead */
	if (!count || (count > 0 && several->is_part))
		result = report_why_memory(screen, findings->classes, which, several);
	if (result > 0 && !count && findings->classes->profile->choice.text) {
		filtered = why_is_filtered(findings->classes, which);
		several->is_filtered = filtered > 0;
		result = filtered < 0 ? -1 : result;
	}
	if (count > 0 && (!several->is_part || result == 1)) {
		report_only(screen, findings->classes->profile);
		result = why_print(&why);
	}
	life_summary_release(&why.summary);
	free(why.only);
	free(why.call_sites);
	return result;
}
