/* report/text/info.c - what a recording holds, for people. */
#include "report/text/info.h"

#include "base/text.h"
#include "report/cut_words.h"
#include "report/text/phases.h"
#include "report/text/recording.h"
#include "report/text/summary.h"
#include "trace/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LABEL_COLUMNS 15   /* width of the label of a line */
#define PROGRAM_COLUMNS 20 /* columns that a program's path leaves free */
#define TITLE_COLUMNS 22   /* columns that a command leaves free */

/* Print "123 by this cause": a line below "lost". */
static void cause_print(const struct screen *screen, uint64_t count, const char *cause)
{
	char text[TEXT_NUMBER_BYTES];

	if (count)
		screen_line(screen, LABEL_COLUMNS, "%*s%s %s", LABEL_COLUMNS, "",
		            text_count(text, count), cause);
}

/* Print where the walks of stacks ended early, below their number. */
static void cuts_print(const struct screen *screen, const struct ring_header *header)
{
	struct cut_counts cuts = cut_counts(header);
	char text[TEXT_NUMBER_BYTES];

	for (enum cut_kind kind = CUT_NONE; kind < CUT_KINDS; kind++) {
		if (cuts.counts[kind])
			screen_line(screen, LABEL_COLUMNS, "%*s%s of these at %s",
			            LABEL_COLUMNS + 2, "", text_count(text, cuts.counts[kind]),
			            cut_text(kind));
	}
}

/*
 * Print the number of lost events, and a line for each cause. Drained events are not lost: they
 * are in a trace, and only have a line of their own.
 */
static void lost_print(const struct screen *screen, const struct trace_process *process,
                       const struct lost_counts *lost)
{
	uint64_t events = lost->events - lost->drained;
	char count[TEXT_NUMBER_BYTES];
	unsigned i;

	/* Names of modules may be lost even if no event is. */
	if (!events)
		screen_line(screen, LABEL_COLUMNS, "    lost       %s",
		            process->header.lost[LOST_DEFINITIONS] ? "no events" : "nothing");
	else
		screen_line(screen, LABEL_COLUMNS, "    lost       %s%s%s event%s",
		            screen_bold(screen), text_count(count, events),
		            screen_plain(screen), text_s(events));
	for (i = 0; i < LOST_CAUSES_MAX; i++) {
		cause_print(screen, process->header.lost[i],
		            loss_cause_text(i, process->header.lost[i]));
		if (i == LOST_STACKS_CUT)
			cuts_print(screen, &process->header);
	}
	cause_print(screen, lost->damaged, "in chunks that are damaged");
	cause_print(screen, lost->holes, "missing for no known reason");
}

/*
 * Print how the process ended, as far as the recording shows. A process that was killed cannot
 * say so: then only its end is missing.
 */
static void state_print(const struct screen *screen,
                        const struct trace_process *process)
{
	uint32_t flags = process->header.flags;
	char mean[TEXT_NUMBER_BYTES];

	screen_line(screen, LABEL_COLUMNS, "    state      %s%s%s",
	            flags & RING_FINISHED   ? "ran to its end"
	            : flags & RING_DETACHED ? "was let go, and ran on"
	            : flags & RING_OUTLIVED ? "still ran when the trace ended"
	            : process->is_live
	                ? "is still running"
	                : "did not reach its end (killed, or _exit, or exec)",
	            flags & RING_FORKED     ? "; began by fork"
	            : flags & RING_WAITED   ? "; recording began while it ran"
	            : flags & RING_ATTACHED ? "; attached to while it ran"
	                                    : "",
	            process->is_from_ring ? "; read from its ring" : "");
	if (process->header.sample_bytes)
		screen_line(
			screen, LABEL_COLUMNS,
			"    sample     1 in %s: all counts here are of sampled blocks only",
			text_size(mean, process->header.sample_bytes));
}

/*
 * Print the process: number, pid and command. The command gets its own line if room is short.
 */
static void process_title(const struct screen *screen,
                          const struct trace_process *process)
{
	const struct ring_header *header = &process->header;
	char command[2048], fitted[1024];
	size_t used = (size_t)snprintf(NULL, 0, "%3u  pid %u  ", process->number,
	                               header->pid);

	if (used < TITLE_COLUMNS)
		used = TITLE_COLUMNS;
	process_command_text(command, sizeof(command), header);
	fprintf(screen->file, "\n%3u  %spid %u%s", process->number, screen_bold(screen),
	        header->pid, screen_plain(screen));
	if (screen->is_narrow && used + text_columns(command) > screen->columns) {
		fputs("\n    command    ", screen->file);
		used = LABEL_COLUMNS;
	} else {
		fputs("  ", screen->file);
	}
	process_command_fit(fitted, sizeof(fitted), command, screen->columns - used);
	fprintf(screen->file, "%s\n    program    %s\n", fitted,
	        text_fit(command, sizeof(command), header->executable,
	                 screen->columns -
	                     (screen->is_narrow ? LABEL_COLUMNS : PROGRAM_COLUMNS),
	                 TEXT_KEEP_END));
}

/*
 * Print how often its memory was read from outside; nothing if that was not tried. That the
 * kernel did not permit it is an answer as well.
 */
static void segments_print(const struct screen *screen,
                           const struct segments_count *segments)
{
	char count[TEXT_NUMBER_BYTES], each[TEXT_NUMBER_BYTES], often[64] = "";
	char sizes[96] = "";

	if (segments->interval_ns)
		snprintf(often, sizeof(often), ", as a rule every %s",
		         text_duration(each, segments->interval_ns));
	if (segments->sizes)
		snprintf(sizes, sizeof(sizes), "; the size alone %s time%s, every %s",
		         text_count(count, segments->sizes), text_s(segments->sizes),
		         text_duration(each, segments->sizes_ns));
	if (segments->read)
		screen_line(screen, LABEL_COLUMNS, "    segments   %s snapshot%s%s%s",
		            text_count(count, segments->read), text_s(segments->read), often,
		            sizes);
	else if (segments->refused)
		screen_line(screen, LABEL_COLUMNS,
		            "    segments   no snapshot: not permitted to read the process");
}

/*
 * Print a process, from its name to what its recording lacks. The bytes of an event tell how
 * well the recording is compressed.
 */
static void process_print(const struct screen *screen,
                          const struct trace_process *process,
                          const struct process_counts *counts,
                          const struct phases *phases,
                          const struct segments_count *segments)
{
	const struct ring_header *header = &process->header;
	char first[TEXT_NUMBER_BYTES], second[TEXT_NUMBER_BYTES], third[TEXT_NUMBER_BYTES];
	char each[64] = "", failed[64] = "", threads[48] = "";

	process_title(screen, process);
	state_print(screen, process);
	/* threads that made an event; without any event the number is not known */
	if (counts->threads)
		snprintf(threads, sizeof(threads), ", %s allocating thread%s",
		         text_count(second, counts->threads), text_s(counts->threads));
	screen_line(screen, LABEL_COLUMNS, "    time       %s%s",
	            process_is_calibrated(header)
	                ? text_duration(first, process_time_ns(header, counts->time_last))
	                : "unknown",
	            threads);
	if (counts->events)
		snprintf(each, sizeof(each), " (%.1f bytes each)",
		         (double)process->stored_bytes / (double)counts->events);
	screen_line(screen, LABEL_COLUMNS, "    events     %s in %s%s",
	            text_count(first, counts->events),
	            text_size(second, process->stored_bytes), each);
	if (counts->failed)
		snprintf(failed, sizeof(failed), ", %s failed",
		         text_count(first, counts->failed));
	screen_line(screen, LABEL_COLUMNS,
	            "               %s allocation%s (%s realloc%s), %s free%s%s",
	            text_count(first, counts->allocations), text_s(counts->allocations),
	            text_count(second, counts->reallocs), text_s(counts->reallocs),
	            text_count(third, counts->frees), text_s(counts->frees), failed);
	report_phases_whole(screen, header, phases);
	lost_print(screen, process, &counts->lost);
	segments_print(screen, segments);
	report_unseen(screen, header, 4);
}

/* ---- the recording ------------------------------------------------------------------- */

/* Print that something cannot be read, of a trace that is not complete, or of a ring. */
static void damage_print(const struct screen *screen, const struct recording_info *info)
{
	bool has_end = trace_reader_is_trace(info->reader);
	char count[TEXT_NUMBER_BYTES], what[64] = "not all of it can be read";

	if (info->damaged)
		snprintf(what, sizeof(what), "%s event%s of it cannot be read",
		         text_count(count, info->damaged), text_s(info->damaged));
	screen_line(screen, 4, "  %sdamaged%s: %s%s", screen_bold(screen),
	            screen_plain(screen), has_end ? "it was written to its end, but " : "",
	            what);
}

/*
 * Print whether the recording is whole. The order matters: damage is reported only if the end
 * was written, as otherwise the missing end explains it.
 */
static void completeness_print(const struct screen *screen,
                               const struct recording_info *info)
{
	const struct trace_reader *reader = info->reader;
	bool has_end = !trace_reader_is_trace(reader) || trace_reader_has_end(reader);
	char name[1024];

	if (recording_is_complete(info))
		screen_line(screen, 4, "  complete: it was written to its end");
	else if (has_end && info->is_damaged)
		damage_print(screen, info);
	else if (has_end)
		return; /* a ring has no end, so it is neither complete nor incomplete */
	else if (trace_reader_is_live(reader))
		screen_line(screen, 4,
		            "  still being recorded: only what was written so far is shown");
	else if (trace_reader_rings_taken(reader))
		screen_line(
			screen, 4, "  %scut short%s; read together with %zu ring%s left in %s",
			screen_bold(screen), screen_plain(screen), trace_reader_rings_taken(reader),
			text_s(trace_reader_rings_taken(reader)),
			text_escape(name, sizeof(name), trace_reader_ring_directory(reader)));
	else
		screen_line(screen, 4, "  %scut short%s: its end was never written",
		            screen_bold(screen), screen_plain(screen));
}

/*
 * Print the file, and when it was begun, which is when its first process started. 0: no time is
 * known.
 */
static void recording_print(const struct screen *screen,
                            const struct recording_info *info)
{
	const struct trace_reader *reader = info->reader;
	const struct ring_header *first = &trace_reader_process(reader, 0)->header;
	time_t start = (time_t)(first->start_wall_ns / 1000000000);
	char size[TEXT_NUMBER_BYTES], date[64] = "an unknown time", name[1024];
	char population[POPULATION_TEXT_BYTES];
	struct tm when;

	if (first->start_wall_ns && localtime_r(&start, &when))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &when);
	text_fit(name, sizeof(name), trace_reader_name(reader), screen->columns - 2,
	         TEXT_KEEP_END);
	fprintf(screen->file, "%s%s%s\n", screen_bold(screen), name, screen_plain(screen));
	screen_line(screen, 4, "  %s of %s, begun %s, %s",
	            trace_reader_is_trace(reader) ? "a trace" : "a ring",
	            text_size(size, trace_reader_bytes(reader)), date,
	            report_population(population, reader));
	completeness_print(screen, info);
}

/*
 * Print what reading met. Messages hold names from the file, so they are escaped; only the
 * first PROBLEMS_KEPT are kept, and NULL is one that there was no memory for.
 */
static void problems_print(const struct screen *screen,
                           const struct problem_list *problems)
{
	char message[ERROR_BYTES];
	unsigned long long i;

	if (!problems->count)
		return;
	screen_heading(screen, "problems", "");
	for (i = 0; i < problems->count && i < PROBLEMS_KEPT; i++) {
		if (problems->messages[i])
			screen_line(screen, 4, "  %s",
			            text_escape(message, sizeof(message), problems->messages[i]));
	}
	if (problems->count > i)
		screen_line(screen, 4, "  and %llu more", problems->count - i);
}

void info_text(const struct recording_info *info, const struct screen *screen)
{
	struct trace_reader *reader = info->reader;
	size_t i;

	recording_print(screen, info);
	for (i = 0; i < trace_reader_process_count(reader); i++)
		process_print(screen, trace_reader_process(reader, i), &info->counts[i],
		              info->phases[i], &info->segments[i]);
	problems_print(screen, trace_reader_problems(reader));
}
