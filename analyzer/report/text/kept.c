/* report/text/kept.c - what libc's malloc keeps though it is free, for people. */
#include "report/text/kept.h"

#include "base/table.h"
#include "report/text/classes.h"
#include "report/text/names.h"
#include "report/why_choice.h"
#include "trace/clock.h"
#include "verdict/function_text.h"
#include "verdict/kept_help.h"

#include <string.h>

#define LABEL_COLUMNS 15 /* width of the label of a line, as in report/text/summary.c */
#define NAME_BYTES 512

/* "when the exit phase began, 1.2 s after the start" */
static void when_text(char *text, size_t bytes, const struct kept *kept,
                      const struct profile *profile)
{
	const struct ring_header *header = &profile->process->header;
	char at[TEXT_NUMBER_BYTES], after[64] = "";

	if (process_is_calibrated(header))
		snprintf(after, sizeof(after), "%s after the start",
		         text_duration(at, process_time_ns(header, kept->time)));
	snprintf(text, bytes, "%s%s%s", kept->is_exit ? "when the exit phase began" : "",
	         kept->is_exit && *after ? ", " : "", after);
}

/* "at 606 ms: "; "" if the time is not known */
static const char *time_text(char *text, size_t bytes, const struct kept *kept,
                             const struct profile *profile)
{
	const struct ring_header *header = &profile->process->header;
	char at[TEXT_NUMBER_BYTES];

	*text = 0;
	if (process_is_calibrated(header))
		snprintf(text, bytes,
		         "at %s: ", text_duration(at, process_time_ns(header, kept->time)));
	return text;
}

/* "node()" and "frag.c:12". 0, or -1: memory is out. */
static int pin_names(char function[NAME_BYTES], char line[NAME_BYTES],
                     const struct findings *findings, const struct kept_pin *pin)
{
	const struct call_site *call_site = &findings->call_sites
	                                         .call_sites[pin->call_site];

	function_call_text(function, NAME_BYTES, findings->classes, call_site->function);
	return location_line_text(line, NAME_BYTES, findings->classes->profile,
	                          call_site->location);
}

/* "node() frag.c:12". 0, or -1: memory is out. */
static int pin_text(char text[NAME_BYTES], const struct findings *findings,
                    const struct kept_pin *pin)
{
	char function[NAME_BYTES], line[NAME_BYTES];

	if (pin_names(function, line, findings, pin))
		return -1;
	snprintf(text, NAME_BYTES, "%.*s%s%.*s", NAME_BYTES / 2 - 2, function,
	         *line ? " " : "", NAME_BYTES / 2 - 2, line);
	return 0;
}

/* ---- the default screen ---------------------------------------------------------------- */

static int brief_add(struct text *text, const struct kept_help *help,
                     const struct findings *findings)
{
	const struct kept *kept = help->kept;
	char size[TEXT_NUMBER_BYTES], more[TEXT_NUMBER_BYTES], name[NAME_BYTES];
	int result = 0;

	if (help->trim)
		result |= text_printf(text,
		                      "%s in whole pages (malloc_trim(0) gives them back), ",
		                      text_size(size, help->trim));
	if (kept->all.cached)
		result |= text_printf(text, "%s in caches of threads, ",
		                      text_size(size, kept->all.cached));
	if (kept->all.top)
		result |= text_printf(
			text, "%s at the ends of arenas of threads%s, ",
			text_size(size, kept->all.top),
			help->ends_save ? " (MALLOC_TRIM_THRESHOLD_=131072 may save most of it)"
							: "");
	result |= text_printf(text, "%s beside live blocks",
	                      text_size(size, kept->all.pinned));
	if (help->has_pool) {
		result |= pin_text(name, findings, &help->pins[0]);
		result |= text_printf(text,
		                      ", of it %s beside %s block%s of %s (a pool for these)",
		                      text_size(size, help->pins[0].row.pinned),
		                      text_count(more, help->pins[0].row.blocks),
		                      text_s(help->pins[0].row.blocks), name);
	}
	if (help->arena_save)
		result |= text_printf(text,
		                      "; %s of it in %s arenas of threads (MALLOC_ARENA_MAX=1 "
		                      "would save about %s)",
		                      text_size(size, help->arena_free),
		                      text_count(more, help->arena_count),
		                      text_size(name, help->arena_save));
	return result ? -1 : 0;
}

/*
 * Whether the program had given up what it had: it had freed it in main, and ended. That malloc
 * kept it then, and could have given it back, is of no use to the reader.
 */
static bool is_over(const struct classes *classes, const struct kept_help *help)
{
	return help->kept->is_exit && classes->growths.has_freed_most && !help->has_pool &&
	       !help->arena_save;
}

int kept_print_brief(const struct screen *screen, const struct findings *findings,
                     bool *is_shown)
{
	const struct profile *profile = findings->classes->profile;
	char size[TEXT_NUMBER_BYTES], more[TEXT_NUMBER_BYTES], when[128], at[64];
	struct text text = { NULL, 0, 0 };
	struct kept_help help = { .kept = NULL };
	int result = 0;

	*is_shown = false;
	if (kept_unknown_text(profile))
		return 0;
	result = kept_help_make(&help, findings, kept_worst(profile));
	*is_shown = !result && help.is_large && !is_over(findings->classes, &help);
	if (*is_shown)
		result = brief_add(&text, &help, findings);
	if (*is_shown && !result && screen->is_brief && help.trim && !help.has_pool &&
	    !help.arena_save && !help.ends_save) {
		screen_line(
			screen, LABEL_COLUMNS,
			"  kept         %s%s is free, in a heap of %s; malloc_trim(0) returns %s; --kept",
			time_text(at, sizeof(at), help.kept, profile),
			text_size(size, help.free_bytes), text_size(more, help.kept->all.resident),
			text_size(when, help.trim));
	} else if (*is_shown && !result) {
		when_text(when, sizeof(when), help.kept, profile);
		screen_line(
			screen, LABEL_COLUMNS,
			"  kept         %s%s%s%s%s of the heap's %s were free: %s; see --kept",
			screen->is_brief ? time_text(at, sizeof(at), help.kept, profile) : when,
			screen->is_brief ? "" : ": ", screen_bold(screen),
			text_size(size, help.free_bytes), screen_plain(screen),
			text_size(more, help.kept->all.resident), text.data);
	}
	text_release(&text);
	kept_help_release(&help);
	return result;
}

/* ---- the view ---------------------------------------------------------------------------- */

static void bytes_line(const struct screen *screen, const char *label, uint64_t bytes,
                       uint64_t of, const char *meaning)
{
	char size[TEXT_NUMBER_BYTES], share[TEXT_NUMBER_BYTES];

	screen_line(screen, 38, "  %-18s%10s %6s %s%s%s", label, text_size(size, bytes),
	            text_percent(share, bytes, of), screen_dim(screen), meaning,
	            screen_plain(screen));
}

/* Print the parts of the heap, which add up. */
static void parts_print(const struct screen *screen, const struct kept_help *help)
{
	const struct kept_bytes *all = &help->kept->all;
	uint64_t of = all->resident;

	bytes_line(screen, "heap", of, of, "in memory: [heap] and the arenas of threads");
	bytes_line(screen, "  live", all->live, of, "asked for by live blocks");
	bytes_line(screen, "  malloc's own", all->overhead, of,
	           "headers, rounding, the data of arenas");
	bytes_line(screen, "  kept", help->free_bytes, of, "free, but not given back:");
	bytes_line(screen, "    whole pages", help->trim, of,
	           "malloc_trim(0) gives them back");
	if (all->cached)
		bytes_line(screen, "    in caches", all->cached, of,
		           "whole pages, but freed blocks on them wait in a thread's cache");
	if (all->top)
		bytes_line(screen, "    ends of arenas", all->top, of,
		           "above all blocks in a thread's arena: malloc_trim() leaves them");
	bytes_line(screen, "    beside live", all->pinned, of,
	           "free parts of pages that live blocks pin");
}

/* Print what lies outside these parts. */
static void others_print(const struct screen *screen, const struct kept *kept)
{
	char size[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES], more[TEXT_NUMBER_BYTES];

	if (kept->absent)
		screen_line(screen, 4,
		            "  %s of live blocks in the heap were never touched, or are "
		            "in swap",
		            text_size(size, kept->absent));
	if (kept->mapped_blocks)
		screen_line(
			screen, 4,
			"  %s in %s block%s that malloc mapped on %s own, plus %s of rounding: "
			"free() gives %s back, so nothing is kept",
			text_size(size, kept->mapped_bytes), text_count(count, kept->mapped_blocks),
			text_s(kept->mapped_blocks), kept->mapped_blocks == 1 ? "its" : "their",
			text_size(more, kept->mapped_overhead),
			kept->mapped_blocks == 1 ? "it" : "them");
	if (kept->other_blocks)
		screen_line(screen, 4,
		            "  %s in %s block%s elsewhere: what is kept beside %s is not known",
		            text_size(size, kept->other_bytes),
		            text_count(count, kept->other_blocks), text_s(kept->other_blocks),
		            kept->other_blocks == 1 ? "it" : "them");
}

static void arenas_print(const struct screen *screen, const struct kept *kept,
                         uint64_t top)
{
	static const struct figure_column columns[] = {
		{ "resident", 10, 8 }, { "live", 10, 8 },  { "whole", 10, 8 },
		{ "beside", 10, 8 },   { "blocks", 7, 6 },
	};
	struct figures figures = figures_of(screen, columns, 5);
	const struct kept_arena *arena;
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES], name[64];
	size_t i, used;

	if (kept->arena_count < 2)
		return;
	screen_heading(screen, "arenas",
	               "whole: free pages; beside: free beside live blocks");
	figures_titles(&figures, "arena");
	for (i = 0; i < kept->arena_count && (!top || i < top); i++) {
		arena = &kept->arenas[i];
		figures_size(texts[0], arena->bytes.resident);
		figures_size(texts[1], arena->bytes.live);
		figures_size(texts[2], arena->bytes.whole);
		figures_size(texts[3], arena->bytes.pinned);
		text_short(texts[4], arena->bytes.blocks);
		snprintf(name, sizeof(name), arena->address ? "0x%llx" : "main",
		         (unsigned long long)arena->address);
		used = figures_print(&figures, texts);
		figures_name(&figures, used, name, false);
	}
	if (i < kept->arena_count)
		screen_line(screen, 3, ".. and %zu more; --top 0 shows all",
		            kept->arena_count - i);
}

/* "15.2", or "-" if there are no live bytes. */
static void ratio_text(char text[TEXT_NUMBER_BYTES], const struct kept_row *row)
{
	if (row->bytes)
		snprintf(text, TEXT_NUMBER_BYTES, "%.1f",
		         (double)row->pinned / (double)row->bytes);
	else
		snprintf(text, TEXT_NUMBER_BYTES, "-");
}

/* Print the rest of a pin's row: its function and line. 0, or -1. */
static int pin_name_print(const struct figures *figures,
                          const struct findings *findings, const struct kept_pin *pin,
                          size_t used)
{
	char function[NAME_BYTES], line[NAME_BYTES];

	if (pin_names(function, line, findings, pin))
		return -1;
	report_names(figures->screen, function, "", line, used);
	return 0;
}

static int pins_print(const struct screen *screen, const struct findings *findings,
                      const struct kept_help *help, uint64_t top)
{
	static const struct figure_column columns[] = {
		{ "pinned", 10, 8 }, { "a byte", 7, 6 }, { "alone", 10, 8 },
		{ "pages", 7, 5 },   { "blocks", 7, 5 }, { "--why", 7, 6 },
	};
	struct figures figures = figures_of(screen, columns, 6);
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES], why[WHY_NAME_BYTES];
	const struct kept_pin *pin;
	int result = 0;
	size_t i;

	if (!help->pin_count && findings->classes->profile->choice.text)
		screen_line(screen, 2,
		            "  pinned by: none of the blocks that the filters let through was "
		            "alive here and had free bytes beside it");
	if (!help->pin_count)
		return 0;
	screen_heading(
		screen, "pinned by",
		"free bytes beside live blocks; a byte: for each byte of these blocks");
	figures_titles(&figures, "function");
	for (i = 0; i < help->pin_count && (!top || i < top) && !result; i++) {
		pin = &help->pins[i];
		figures_size(texts[0], pin->row.pinned);
		ratio_text(texts[1], &pin->row);
		figures_size(texts[2], pin->row.alone);
		text_short(texts[3], pin->row.pages);
		text_short(texts[4], pin->row.blocks);
		snprintf(
			texts[5], sizeof(texts[5]), "%s",
			why_call_site_text(why, &findings->call_sites.call_sites[pin->call_site]));
		result = pin_name_print(&figures, findings, pin,
		                        figures_print(&figures, texts));
	}
	if (i < help->pin_count)
		screen_line(screen, 3, ".. and %zu more; --top 0 shows all",
		            help->pin_count - i);
	return result;
}

static int pool_print(const struct screen *screen, const struct findings *findings,
                      const struct kept_help *help)
{
	const struct kept_row *row = &help->pins[0].row;
	char size[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES], pages[TEXT_NUMBER_BYTES];
	char name[NAME_BYTES];

	if (pin_text(name, findings, &help->pins[0]))
		return -1;
	screen_line(
		screen, 4,
		"  - a pool, or one array, for the blocks of %s: %s block%s hold%s %s page%s "
		"alone, of which %s are free. It rests on where blocks lay at this moment: if "
		"they are freed soon, or the program allocates again, these parts are used "
		"again by themselves",
		name, text_count(count, row->blocks), text_s(row->blocks),
		row->blocks == 1 ? "s" : "", text_count(pages, row->alone_pages),
		text_s(row->alone_pages), text_size(size, row->alone));
	return 0;
}

/* Print what helps, and what each rests on. Nothing if nothing helps much. */
static int help_print(const struct screen *screen, const struct findings *findings,
                      const struct kept_help *help)
{
	char size[TEXT_NUMBER_BYTES], more[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES];
	bool wants_trim = help->trim >= KEPT_BYTES_MIN;

	if (!wants_trim && !help->ends_save && !help->arena_save && !help->has_pool)
		return 0;
	screen_heading(screen, "what helps", "");
	if (wants_trim)
		screen_line(
			screen, 4,
			"  - malloc_trim(0) would give back %s. It pays if the program does not "
			"need these pages again soon: each then costs a page fault",
			text_size(size, help->trim));
	if (help->ends_save)
		screen_line(
			screen, 4,
			"  - MALLOC_TRIM_THRESHOLD_=131072 may save up to %s: it lets free() give "
			"back the ends of arenas whenever a block of 64 KiB or more becomes free "
			"there, but the program then asks the kernel for memory more often",
			text_size(size, help->ends_save));
	if (help->arena_save)
		screen_line(
			screen, 4,
			"  - MALLOC_ARENA_MAX=1 would save about %s: %s arenas of threads have %s "
			"that are free, and all blocks in the heap together never took more than "
			"%s, plus what they pin. It saves less if one arena gets more gaps. Threads "
			"then share one lock; 2 or 4 are a compromise",
			text_size(size, help->arena_save), text_count(count, help->arena_count),
			text_size(more, help->arena_free),
			text_size((char[TEXT_NUMBER_BYTES]){ "" }, help->kept->heap_peak));
	return help->has_pool ? pool_print(screen, findings, help) : 0;
}

static int moment_print(const struct screen *screen, const struct findings *findings,
                        enum heap_moment moment, uint64_t top)
{
	const struct profile *profile = findings->classes->profile;
	struct kept_help help;
	char when[128];
	int result = kept_help_make(&help, findings, moment);

	if (!result) {
		when_text(when, sizeof(when), help.kept, profile);
		screen_heading(screen,
		               moment == HEAP_LARGEST ? "the largest heap that was seen"
		                                      : "the heap at the end",
		               when);
		parts_print(screen, &help);
		others_print(screen, help.kept);
		arenas_print(screen, help.kept, top);
		result = pins_print(screen, findings, &help, top) ||
		         help_print(screen, findings, &help);
	}
	kept_help_release(&help);
	return result ? -1 : 0;
}

int kept_print(const struct screen *screen, const struct findings *findings,
               uint64_t top)
{
	const struct profile *profile = findings->classes->profile;
	const char *unknown = kept_unknown_text(profile);

	if (unknown) {
		screen_line(screen, 2, "  what malloc keeps is not known: %s", unknown);
		return 0;
	}
	if (profile->choice.text)
		screen_line(
			screen, LABEL_COLUMNS,
			"  unfiltered   the figures of the heap and its arenas, and what they "
			"suggest: filters narrow only the tables 'pinned by' and the pool");
	if (kept_at(profile, HEAP_LARGEST) &&
	    moment_print(screen, findings, HEAP_LARGEST, top))
		return -1;
	return moment_print(screen, findings, HEAP_LAST, top);
}
