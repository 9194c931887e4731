/* report/text/mappings.c - what mapped memory, for people. */
#include "report/text/mappings.h"

#include "base/table.h"
#include "report/mapping_rows.h"
#include "report/why_memory.h"
#include "report/text/names.h"
#include "report/text/summary.h"
#include "trace/clock.h"
#include "verdict/function_text.h"
#include "verdict/module_choice.h"
#include "verdict/unseen_allocators.h"

#include <string.h>

#define LABEL_COLUMNS 15
#define CALLERS_SHOWN 12
#define WHY_SHOWN 8 /* call paths that --why shows of a line or a function */

/* "of" a number of calls: "3 calls" */
static void calls_text(char *text, size_t bytes, uint64_t calls)
{
	char count[TEXT_NUMBER_BYTES];

	snprintf(text, bytes, "%s call%s", text_count(count, calls), text_s(calls));
}

/* ---- filters --------------------------------------------------------------------------- */

/* Say which calls the report is about, and how much of all that is. */
static void only_print(const struct screen *screen, const struct profile *profile)
{
	const struct mapping_totals *totals = &profile->replay.mappings.totals;
	const struct mapping_path *others = &profile->replay.mappings.paths[0];
	uint64_t calls = totals->calls + others->calls;
	char of_calls[64], of_bytes[TEXT_NUMBER_BYTES];
	char part[TEXT_NUMBER_BYTES], bytes[TEXT_NUMBER_BYTES];

	if (!profile->choice.text)
		return;
	calls_text(of_calls, sizeof(of_calls), calls);
	screen_line(screen, LABEL_COLUMNS,
	            "  %sonly%s         mappings %s: %s of %s, %s of %s",
	            screen_bold(screen), screen_plain(screen), profile->choice.text,
	            text_percent(part, totals->calls, calls), of_calls,
	            text_percent(bytes, totals->bytes, totals->bytes + others->bytes),
	            text_size(of_bytes, totals->bytes + others->bytes));
}

/* ---- the sums -------------------------------------------------------------------------- */

static void mapped_print(const struct screen *screen,
                         const struct mapping_totals *totals)
{
	char size[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES], calls[64];
	char remaps[64] = "", failed[64] = "";

	calls_text(calls, sizeof(calls), totals->calls);
	if (totals->remaps)
		snprintf(remaps, sizeof(remaps), ", %s of them of mremap()",
		         text_count(count, totals->remaps));
	if (totals->failed)
		snprintf(failed, sizeof(failed), "; %s more failed",
		         text_count(count, totals->failed));
	screen_line(screen, LABEL_COLUMNS, "  mapped       %s%s%s in %s%s%s",
	            screen_bold(screen), text_size(size, totals->bytes),
	            screen_plain(screen), calls, remaps, failed);
}

/* Bytes that calls of munmap() and shmdt() unmapped. */
static uint64_t unmapped_bytes(const struct mappings *mappings)
{
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 1; i < mappings->count; i++)
		bytes += mappings->paths[i].unmapped;
	return bytes;
}

/* Any of them may have been a mapping. */
static uint64_t lost_events(const struct profile *profile)
{
	uint64_t lost = profile->process->header.lost[LOST_NESTED];

	return lost + profile->process->header.lost[LOST_RING_FULL];
}

static void ended_print(const struct screen *screen, const struct profile *profile)
{
	const struct mapping_totals *totals = &profile->replay.mappings.totals;
	uint64_t lost = lost_events(profile);
	char size[TEXT_NUMBER_BYTES], more[TEXT_NUMBER_BYTES], calls[64], unknown[128] = "";

	if (lost)
		screen_line(screen, LABEL_COLUMNS,
		            "  lost         %s event%s: mappings among them are not here",
		            text_count(more, lost), text_s(lost));
	if (!totals->ended && !totals->unmaps && (!totals->unknown || lost))
		return;
	calls_text(calls, sizeof(calls), totals->unmaps);
	if (totals->unknown && !lost)
		snprintf(unknown, sizeof(unknown),
		         "; %s that none of these calls had mapped were unmapped, too",
		         text_size(more, totals->unknown));
	if (!totals->unmaps)
		screen_line(screen, LABEL_COLUMNS,
		            "  ended        %s: %smoved, or replaced by another mapping",
		            text_size(size, totals->ended),
		            profile->choice.text ? "unmapped by other calls, " : "");
	else
		screen_line(screen, LABEL_COLUMNS, "  ended        %s: unmapped in %s%s%s",
		            text_size(size, totals->ended), calls,
		            totals->ended > unmapped_bytes(&profile->replay.mappings)
		                ? profile->choice.text
		                      ? ", or by others, moved, or replaced by another mapping"
		                      : ", moved, or replaced by another mapping"
		                : "",
		            unknown);
}

static void most_print(const struct screen *screen, const struct profile *profile)
{
	const struct mapping_totals *totals = &profile->replay.mappings.totals;
	char size[TEXT_NUMBER_BYTES], left[TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES];
	char when[64] = "";

	if (process_is_calibrated(&profile->process->header))
		snprintf(when, sizeof(when), ", %s after the start",
		         text_duration(at, process_time_ns(&profile->process->header,
		                                           totals->most_time)));
	screen_line(screen, LABEL_COLUMNS, "  at most      %s%s%s at once%s; %s at the end",
	            screen_bold(screen), text_size(size, totals->most),
	            screen_plain(screen), when,
	            text_size(left, totals->bytes - totals->ended));
}

/* Of a snapshot: how much is resident is only known of private anonymous memory. */
static void use_print(const struct screen *screen, const char *label,
                      const struct mapping_use *use, uint64_t time_ns)
{
	char bytes[TEXT_NUMBER_BYTES], of[TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES];
	char resident[RESIDENT_TEXT_BYTES];

	if (use->bytes)
		screen_line(screen, LABEL_COLUMNS,
		            "  %-12s %s mapped %s after the start; %s of that private and "
		            "writable, %s of that resident",
		            label, text_size(bytes, use->bytes), text_duration(at, time_ns),
		            text_size(of, use->writable),
		            report_resident_text(resident, sizeof(resident), use));
}

/* ---- the table ------------------------------------------------------------------------- */

static const struct figure_column columns[] = {
	{ "at most", 10, 8 }, { "at end", 10, 8 }, { "resident", 10, 8 },
	{ "mapped", 10, 8 },  { "calls", 7, 5 },   { "--why", 6, 5 },
};
#define COLUMNS (sizeof(columns) / sizeof(*columns))

/* "5.0 MiB+": at least. */
static void plus_add(char text[TEXT_NUMBER_BYTES])
{
	size_t length = strlen(text);

	if (length + 1 < TEXT_NUMBER_BYTES)
		memcpy(text + length, "+", 2);
}

/* A row of a line of source is named by one of its calls, one of a call path by its own number. */
static size_t figures_row(const struct figures *figures, const struct classes *classes,
                          const struct mapping_row *row, bool by_path)
{
	char texts[COLUMNS][TEXT_NUMBER_BYTES];

	figures_size(texts[0], row->sums.most);
	if (row->sums.most < row->most_sum)
		plus_add(texts[0]);
	figures_size(texts[1], mapping_row_left(row));
	figures_size(texts[2], row->sums.highest.resident);
	if (row->sums.highest.unsure && !row->sums.highest.resident)
		snprintf(texts[2], sizeof(texts[2]), "?");
	else if (row->sums.highest.unsure)
		plus_add(texts[2]);
	figures_size(texts[3], row->sums.bytes);
	text_short(texts[4], row->sums.calls);
	if (by_path)
		why_mapping_text(texts[5], row->number);
	else
		why_mapping_call_text(texts[5], classes, row->node);
	return figures_print(figures, texts);
}

/* Say what is special about a row, on a line below it. */
static int aside_print(const struct screen *screen, const struct mappings *mappings,
                       const struct mapping_row *row)
{
	const struct mapping_path *sums = &row->sums;
	char text[TEXT_NUMBER_BYTES], file[512];
	struct text line = { NULL, 0, 0 };
	int result = 0;

	if (sums->file)
		result = text_printf(
			&line, "%s%s", text_escape(file, sizeof(file), mappings->files[sums->file]),
			sums->has_more_files ? " and other files" : "");
	else if (sums->anonymous < sums->bytes)
		result = text_printf(&line, "%s not anonymous",
		                     text_size(text, sums->bytes - sums->anonymous));
	if (!result && sums->reserved)
		result = text_printf(&line, "%s%s only reserved (PROT_NONE)",
		                     line.bytes ? ", " : "", text_size(text, sums->reserved));
	if (!result && sums->remaps)
		result = text_printf(&line, "%s%s by mremap()", line.bytes ? ", " : "",
		                     text_count(text, sums->remaps));
	if (!result && sums->failed)
		result = text_printf(&line, "%s%s failed", line.bytes ? ", " : "",
		                     text_count(text, sums->failed));
	if (!result && line.bytes)
		screen_line(screen, 8, "%s        %s%s", screen_dim(screen), line.data,
		            screen_plain(screen));
	text_release(&line);
	return result;
}

static int callers_print(const struct screen *screen, const struct profile *profile,
                         const struct mapping_row *row, size_t used, size_t most)
{
	struct stack_names stack = { NULL, 0, 0 };
	size_t i, shown;

	if (stack_names_fill(&stack, profile, row->node))
		return -1;
	if (!stack.count)
		fprintf(screen->file, "(no stack)\n");
	shown = stack.count <= most + 1 ? stack.count : most;
	for (i = 0; i < shown; i++) {
		if (i)
			fprintf(screen->file, "%*s", LABEL_COLUMNS, "");
		report_frame_name(screen, &stack.names[i], i ? LABEL_COLUMNS : used);
		if (stack.names[i].is_cut)
			screen_line(screen, LABEL_COLUMNS, "%*s(gap)", LABEL_COLUMNS, "");
	}
	if (shown < stack.count)
		screen_line(screen, LABEL_COLUMNS, "%*s.. and %zu more callers", LABEL_COLUMNS,
		            "", stack.count - shown);
	stack_names_release(&stack);
	return 0;
}

static int table_print(const struct screen *screen, const struct classes *classes,
                       const struct mapping_rows *rows,
                       const struct report_settings *settings)
{
	const struct mappings *mappings = &classes->profile->replay.mappings;
	struct figures figures = figures_of(screen, columns, COLUMNS);
	bool by_path = settings->group == REPORT_BY_PATH;
	size_t i, shown = 0, left = 0, used;
	int result = 0;

	screen_heading(screen, by_path ? "mappings by call path" : "mappings by call site",
	               "most bytes at once first");
	figures_last_aside(&figures);
	figures_titles(&figures, "function");
	for (i = 0; i < rows->count && !result; i++) {
		const struct mapping_row *row = &rows->rows[i];

		if (!mapping_row_maps(row))
			continue;
		if (settings->top && shown == settings->top) {
			left++;
			continue;
		}
		shown++;
		used = figures_row(&figures, classes, row, by_path);
		if (by_path)
			result = callers_print(screen, classes->profile, row, used, CALLERS_SHOWN);
		else
			report_name(screen, &row->name, used);
		if (!result)
			result = aside_print(screen, mappings, row);
	}
	if (left)
		screen_line(screen, 3, ".. and %zu more; --top 0 shows all", left);
	return result;
}

static void notes_print(const struct screen *screen)
{
	fputc('\n', screen->file);
	fputs(screen_dim(screen), screen->file);
	screen_line(
		screen, 2,
		"resident: about, at the largest snapshot; only of private anonymous "
		"mappings of 64 KiB or more; '+', '?': at least so much, or not known, since "
		"the kernel counts neighbours together");
	screen_line(
		screen, 2,
		"at most: '+', at least so much: of a line with several call paths, which "
		"may have had their most at different times");
	screen_line(
		screen, 2,
		"not here: what libc maps for its malloc and for stacks of threads, and "
		"libraries that the loader maps; 'outlive segments FILE' has them");
	fputs(screen_plain(screen), screen->file);
}

int report_mappings(const struct screen *screen, const struct classes *classes,
                    const struct report_settings *settings)
{
	const struct profile *profile = classes->profile;
	const struct mappings *mappings = &profile->replay.mappings;
	struct mapping_rows rows;
	int result;

	report_title(screen, profile);
	only_print(screen, profile);
	if (!mappings->totals.calls && !mappings->totals.unmaps &&
	    !mappings->totals.failed) {
		screen_line(
			screen, 2,
			profile->choice.text
				? "  none of these calls of mmap(), mremap() or shmat() was made"
				: "  the program has mapped nothing by mmap(), mremap() or shmat()");
		notes_print(screen);
		return 0;
	}
	mapped_print(screen, &mappings->totals);
	ended_print(screen, profile);
	most_print(screen, profile);
	if (profile->segments.count) {
		const struct segment_history *history = &profile->segments;

		use_print(screen, "largest", &mappings->totals.highest,
		          history->snapshots[history->highest].time_ns);
		use_print(screen, "last", &mappings->totals.last,
		          history->snapshots[history->count - 1].time_ns);
	}
	report_unseen_allocators(screen, classes);
	result = mapping_rows_make(&rows, classes, settings->group == REPORT_BY_PATH);
	if (!result)
		result = table_print(screen, classes, &rows, settings);
	mapping_rows_release(&rows);
	if (!result)
		notes_print(screen);
	return result;
}

/* ---- --why ----------------------------------------------------------------------------- */

int report_mapping_paths(const struct screen *screen, const struct classes *classes,
                         const uint8_t *only)
{
	const struct mappings *mappings = &classes->profile->replay.mappings;
	struct figures figures = figures_of(screen, columns, COLUMNS);
	struct mapping_rows rows;
	size_t i, count = 0, shown = 0;
	int result = mapping_rows_make(&rows, classes, true);

	for (i = 0; i < rows.count; i++)
		count += only[rows.rows[i].number];
	screen_heading(
		screen, count == 1 ? "mapped on this call path" : "mapped on these call paths",
		"most bytes at once first");
	figures_last_aside(&figures);
	figures_titles(&figures, "function");
	for (i = 0; i < rows.count && !result && shown < WHY_SHOWN; i++) {
		const struct mapping_row *row = &rows.rows[i];

		if (!only[row->number])
			continue;
		shown++;
		result = callers_print(screen, classes->profile, row,
		                       figures_row(&figures, classes, row, true),
		                       count == 1 ? SIZE_MAX - 1 : CALLERS_SHOWN);
		if (!result)
			result = aside_print(screen, mappings, row);
	}
	if (shown < count)
		screen_line(screen, 3,
		            ".. and %zu more; --mappings --by path --top 0 shows all",
		            count - shown);
	mapping_rows_release(&rows);
	return result;
}
