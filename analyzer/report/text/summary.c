/* report/text/summary.c - the head of a text report. */
#include "report/text/summary.h"

#include "report/text/phases.h"
#include "trace/clock.h"

#include <stdlib.h>
#include <string.h>

/* columns of the graph over time; a replay keeps TIMELINE_STEPS, twice as many */
#define TIMELINE_COLUMNS_MAX 64
#define LABEL_COLUMNS 15 /* width of the label of a line */
#define ERROR_TEXT_BYTES (TEXT_NUMBER_BYTES + 8)

const char *loss_cause_text(unsigned cause, uint64_t count)
{
	static const char *const texts[LOST_CAUSES] = {
		[LOST_RING_FULL] = "the ring was full (a bigger --ring helps), or its memory",
		[LOST_OVERWRITTEN] = "overwritten by later ones (flight recorder)",
		[LOST_NESTED] = ("in signal handlers that interrupted the allocator, "
		                 "or in calls that cannot be distinguished from these"),
		[LOST_NO_STATE] = "no memory was left for another thread",
		[LOST_TOO_BIG] = "a stack too deep for a chunk",
		[LOST_DEFINITIONS] = "records of modules, phases or maps that are missing",
		[LOST_STACKS_CUT] = "kept, but without their outermost frames",
		[LOST_STUBS] = "frames that are inferred: no return stub was left",
		[LOST_CHILDREN] = "children that were not recorded: they got no ring",
		[LOST_DRAINED] = "not here, but in the trace that 'outlive run' made",
		[LOST_SAMPLES] =
			"sampled blocks: too many were alive at once (a larger --sample helps)",
	};

	/* those that are counted by a noun */
	static const char *const of_one[LOST_CAUSES] = {
		[LOST_DEFINITIONS] = "record of a module, phase or map that is missing",
		[LOST_STUBS] = "frame that is inferred: no return stub was left",
		[LOST_CHILDREN] = "child that was not recorded: it got no ring",
	};

	if (cause >= LOST_CAUSES)
		return "for a reason that a newer outlive knows";
	return count == 1 && of_one[cause] ? of_one[cause] : texts[cause];
}

/* Whether a shell would take the argument without quotes. */
static bool is_plain_argument(const char *argument)
{
	return *argument && !argument[strcspn(argument, " \t\n\"'\\$`*?[]{}()<>|&;~#!")];
}

const char *process_command_text(char *text, size_t bytes,
                                 const struct ring_header *header)
{
	struct text command = { NULL, 0, 0 };
	uint32_t at = 0;
	const char *argument;
	size_t length;
	char *end;

	text[0] = 0;
	/*
	 * The program may have written anything here: strnlen() keeps within the bytes even if the
	 * last argument has no 0 at its end, and the whole line is escaped afterwards.
	 */
	while (at < header->command_bytes) {
		argument = header->command + at;
		length = strnlen(argument, header->command_bytes - at);
		if (text_printf(&command, is_plain_argument(argument) ? "%s%.*s" : "%s'%.*s'",
		                at ? " " : "", (int)length, argument))
			break;
		at += (uint32_t)length + 1;
	}
	for (end = command.data; end && (end = strpbrk(end, "\n\t"));)
		*end = ' '; /* lines of a script are one line here */
	if (command.data)
		text_escape(text, bytes, command.data);
	else
		text_escape(text, bytes, header->executable);
	text_release(&command);
	return text;
}

const char *process_command_fit(char *text, size_t bytes, const char *command,
                                size_t columns)
{
	const char *end = command + strcspn(command, " "), *at;

	if (*command == '/' && *end && text_columns(command) > columns) {
		for (at = command; at < end; at++) {
			if (*at == '/')
				command = at + 1;
		}
	}
	return text_fit(text, bytes, command, columns, TEXT_KEEP_START);
}

/*
 * The command stands on the left, the process on the right edge. What is too long loses its
 * end; on a narrow screen both get a line of their own.
 */
void report_title(const struct screen *screen, const struct profile *profile)
{
	const struct ring_header *header = &profile->process->header;
	char about[128], duration[TEXT_NUMBER_BYTES], line[1024], command[2048];
	size_t threads = thread_table_threads(&profile->replay.threads), room, columns;
	char several[64] = ""; /* empty if no thread allocated */

	if (threads)
		snprintf(several, sizeof(several), ", %zu allocating thread%s", threads,
		         threads == 1 ? "" : "s");
	snprintf(about, sizeof(about), "pid %u, %s%s", header->pid,
	         process_is_calibrated(header)
	             ? text_duration(duration, profile->duration_ns)
	             : "duration unknown",
	         several);
	process_command_text(command, sizeof(command), header);
	columns = text_columns(about) + 2;
	room = screen->columns > columns ? screen->columns - columns : 0;
	if (screen->is_narrow && text_columns(command) > room) {
		process_command_fit(line, sizeof(line), command, screen->columns);
		fprintf(screen->file, "%s%s%s\n", screen_bold(screen), line,
		        screen_plain(screen));
		screen_line(screen, 2, "  %s", about);
		return;
	}
	process_command_fit(line, sizeof(line), command, room);
	fprintf(screen->file, "%s%s%s%*s%s\n", screen_bold(screen), line,
	        screen_plain(screen), (int)(room - text_columns(line)) + 2, "", about);
}

/* " +- 1.5 MiB", or "" if all blocks were recorded. */
static const char *error_bytes(char text[ERROR_TEXT_BYTES], const struct screen *screen,
                               const struct profile *profile, double variance)
{
	char size[TEXT_NUMBER_BYTES];

	text[0] = 0;
	if (profile_is_sampled(profile))
		snprintf(text, ERROR_TEXT_BYTES, " %s %s", screen->has_blocks ? "\u00b1" : "+-",
		         text_size(size, sample_error(variance)));
	return text;
}

/* The same of a number: " +- 120". */
static const char *error_count(char text[ERROR_TEXT_BYTES], const struct screen *screen,
                               const struct profile *profile,
                               const struct sample_variance *variance)
{
	char count[TEXT_NUMBER_BYTES];

	text[0] = 0;
	if (profile_is_sampled(profile))
		snprintf(text, ERROR_TEXT_BYTES, " %s %s", screen->has_blocks ? "\u00b1" : "+-",
		         text_count(count, sample_error_blocks(variance)));
	return text;
}

void report_sampled(const struct screen *screen, const struct profile *profile)
{
	const struct ring_header *header = &profile->process->header;
	uint64_t seen = profile->replay.sample.seen;
	char mean[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES];

	if (!profile_is_sampled(profile))
		return;
	screen_line(
		screen, LABEL_COLUMNS,
		"  %sestimates%s    1 in %s was sampled: %s block%s seen; after %s stands "
		"the standard error",
		screen_bold(screen), screen_plain(screen),
		text_size(mean, header->sample_bytes), text_count(count, seen),
		seen == 1 ? " was" : "s were", screen->has_blocks ? "\u00b1" : "+-");
	if (header->lost[LOST_SAMPLES])
		screen_line(screen, LABEL_COLUMNS,
		            "%*s%s sampled block%s not recorded, as too many were alive: the "
		            "estimates are too low",
		            LABEL_COLUMNS, "", text_count(count, header->lost[LOST_SAMPLES]),
		            header->lost[LOST_SAMPLES] == 1 ? " was" : "s were");
}

/* Print when the recording of a process that ran already began and ended, if it is one. */
static void summary_attached(const struct screen *screen, const struct profile *profile)
{
	const struct ring_header *header = &profile->process->header;
	uint64_t frees = profile->replay.totals.ends_unknown;
	char before[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES];
	char began[64] = "", older[64] = "";

	if (!(header->flags & RING_ATTACHED))
		return;
	if (frees)
		snprintf(older, sizeof(older), ": %s such block%s ended meanwhile",
		         text_count(count, frees), text_s(frees));
	if (header->age_ns)
		snprintf(began, sizeof(began), " when the process had run for %s",
		         text_duration(before, header->age_ns));
	screen_line(
		screen, LABEL_COLUMNS,
		"  %-11s  recording began%s%s; what was allocated before is not known%s",
		header->flags & RING_WAITED ? "recorded" : "attached", began,
		header->flags & RING_FINISHED ? ", and saw the process end"
		: profile_is_let_go(profile)  ? ", and ended while it ran on"
									  : "",
		older);
}

/*
 * Print how much was allocated. Failed calls are only mentioned if there are any, in bold: a
 * program seldom expects them.
 */
static void summary_allocated(const struct screen *screen,
                              const struct profile *profile, const char *aside)
{
	const struct totals *totals = &profile->replay.totals;
	const struct sample_variance *made = &profile->replay.sample.made;
	char bytes_error[ERROR_TEXT_BYTES], calls_error[ERROR_TEXT_BYTES];
	char count[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES], more[TEXT_NUMBER_BYTES];
	char reallocs[64] = "", failed[64] = "";

	if (totals->reallocs && !screen->is_brief)
		snprintf(reallocs, sizeof(reallocs), ", %s of them reallocs",
		         text_count(more, totals->reallocs));
	if (totals->failed)
		snprintf(failed, sizeof(failed), "; %s%s failed%s", screen_bold(screen),
		         text_count(more, totals->failed), screen_plain(screen));
	screen_line(screen, LABEL_COLUMNS, "  allocated    %s%s in %s%s call%s%s%s%s",
	            text_size(size, totals->bytes),
	            error_bytes(bytes_error, screen, profile, made->bytes),
	            text_count(count, totals->allocations),
	            error_count(calls_error, screen, profile, made),
	            text_s(totals->allocations), reallocs, aside, failed);
}

/*
 * Print how many blocks were freed. Frees of blocks whose birth is not known are counted apart:
 * after a fork they are those of the parent; otherwise their origin is not known.
 */
static void summary_freed(const struct screen *screen, const struct profile *profile)
{
	const struct totals *totals = &profile->replay.totals;
	bool has_goroutines = profile->replay.threads.by_goroutine.count > 0;
	bool is_forked = profile->process->header.flags & RING_FORKED;
	bool is_attached = profile->process->header.flags & RING_ATTACHED;
	char count[TEXT_NUMBER_BYTES], percent[TEXT_NUMBER_BYTES], more[TEXT_NUMBER_BYTES];
	char crossed[80] = "", unknown[64] = "";

	if (totals->crossed)
		snprintf(crossed, sizeof(crossed), ", %s that crossed %s",
		         text_count(more, totals->crossed),
		         has_goroutines ? "goroutines or threads" : "threads");
	if (totals->ends_unknown)
		snprintf(unknown, sizeof(unknown), ", %s %s",
		         text_count(more, totals->ends_unknown),
		         is_forked     ? "from before the fork"
		         : is_attached ? "born before the recording"
		                       : "of unknown origin");
	screen_line(screen, LABEL_COLUMNS, "  freed        %s block%s%s%s",
	            text_count(count, totals->frees), text_s(totals->frees), crossed,
	            unknown);
	if (totals->temporary)
		screen_line(screen, LABEL_COLUMNS,
		            "  temporary    %s block%s (%s of the allocations)",
		            text_count(more, totals->temporary), text_s(totals->temporary),
		            text_percent(percent, totals->temporary, totals->allocations));
}

/*
 * Print the peak and what was never freed. The figures include what is hidden, as they are
 * facts about the process; the line says how much of them the rest of the report leaves out.
 */
static void summary_heap(const struct screen *screen, const struct profile *profile,
                         uint64_t hidden_blocks, uint64_t hidden_bytes)
{
	const struct call_paths *paths = &profile->replay.paths;
	const struct sample *sample = &profile->replay.sample;
	char bytes_error[ERROR_TEXT_BYTES], blocks_error[ERROR_TEXT_BYTES];
	char size[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES];
	char when[64] = "", hidden[96] = "";

	if (hidden_blocks && hidden_blocks == paths->live_blocks)
		snprintf(hidden, sizeof(hidden), ", all of them hidden");
	else if (hidden_blocks)
		snprintf(hidden, sizeof(hidden), ", %s in %s block%s of them hidden",
		         text_size(size, hidden_bytes), text_count(count, hidden_blocks),
		         text_s(hidden_blocks));
	if (paths->peak_bytes && process_is_calibrated(&profile->process->header))
		snprintf(when, sizeof(when), ", %s after the start",
		         text_duration(at, profile->peak_ns));
	screen_line(screen, LABEL_COLUMNS, "  peak heap    %s%s%s%s in %s%s block%s%s",
	            screen_bold(screen), text_size(size, paths->peak_bytes),
	            screen_plain(screen),
	            error_bytes(bytes_error, screen, profile, sample->peak.bytes),
	            text_count(count, paths->peak_blocks),
	            error_count(blocks_error, screen, profile, &sample->peak),
	            text_s(paths->peak_blocks), when);
	screen_line(screen, LABEL_COLUMNS, "  %s  %s%s%s%s in %s%s block%s%s",
	            profile_is_let_go(profile) ? "still alive" : "never freed",
	            screen_bold(screen), text_size(size, paths->live_bytes),
	            screen_plain(screen),
	            error_bytes(bytes_error, screen, profile, sample->live.bytes),
	            text_count(count, paths->live_blocks),
	            error_count(blocks_error, screen, profile, &sample->live),
	            text_s(paths->live_blocks), hidden);
}

/*
 * Print what is missing. Events that were drained are not lost but in another file, so they
 * have a line of their own; both make the figures above incomplete.
 */
static void summary_lost(const struct screen *screen, const struct profile *profile)
{
	const struct lost_counts *lost = &profile->lost;
	uint64_t events = lost->events - lost->drained;
	uint64_t all = profile->replay.totals.events + lost->events;
	char count[TEXT_NUMBER_BYTES], percent[TEXT_NUMBER_BYTES];

	if (!lost->events)
		return;
	if (events)
		screen_line(
			screen, LABEL_COLUMNS,
			"  %slost%s         %s event%s (%s of all); 'outlive info' says why",
			screen_bold(screen), screen_plain(screen), text_count(count, events),
			text_s(events), text_percent(percent, events, all));
	if (lost->drained)
		screen_line(
			screen, LABEL_COLUMNS,
			"  %sdrained%s      %s event%s (%s of all): not here, but in the trace "
			"that 'outlive run' made",
			screen_bold(screen), screen_plain(screen), text_count(count, lost->drained),
			text_s(lost->drained), text_percent(percent, lost->drained, all));
	/* not "at least": if frees are lost, the peak comes out too high */
	screen_paragraph(screen, 0, LABEL_COLUMNS,
	                 "all figures cover only what is here: calls and bytes are\n"
	                 "lower bounds, peak and never freed may be off either way");
}

static void unseen_print(const struct screen *screen, int indent, const char *label,
                         const char *text)
{
	screen_line(screen, LABEL_COLUMNS, "%*s%s%-*s%s%s", indent, "", screen_bold(screen),
	            LABEL_COLUMNS - indent, label, screen_plain(screen), text);
}

void report_unseen(const struct screen *screen, const struct ring_header *header,
                   int indent)
{
	if (header->flags & RING_OWN_MALLOC)
		unseen_print(screen, indent, "own malloc",
		             "the program contains its own malloc, whose blocks are not seen: "
		             "build the program without it, or link it as a shared library");
	if (header->flags & RING_MALLOC_BEFORE)
		unseen_print(
			screen, indent, "malloc",
			"a library before outlive's in LD_PRELOAD replaces malloc: blocks that it "
			"takes from the next malloc are seen, others are not; outlive's first: all "
			"are");
	if (header->flags & RING_UNREADABLE)
		unseen_print(
			screen, indent, "unread",
			"part of the ring's file could not be read (was it cut off?): events "
			"are missing, and how many is not known");
	if (header->flags & RING_PAST_US)
		unseen_print(screen, indent, "unseen",
		             "a module was opened with RTLD_DEEPBIND, or by dlmopen(): what it "
		             "allocates and frees is not seen, and blocks it freed for others "
		             "count as never freed");
	if (header->flags & RING_GO_UNKNOWN)
		unseen_print(screen, indent, "go",
		             "a version of Go's runtime that is not known: stacks end where Go "
		             "calls C");
}

/*
 * The reader must see that the figures are not those of the whole process, so this comes before
 * all of them.
 */
void report_only(const struct screen *screen, const struct profile *profile)
{
	struct block_totals chosen, all;
	char blocks[TEXT_NUMBER_BYTES], bytes[TEXT_NUMBER_BYTES];
	char of_blocks[TEXT_NUMBER_BYTES], of_bytes[TEXT_NUMBER_BYTES];

	report_sampled(screen, profile);
	if (!profile->choice.text)
		return;
	chosen = profile_chosen(profile);
	all = profile_all(profile);
	screen_line(screen, LABEL_COLUMNS,
	            "  %sonly%s         blocks %s: %s of %s block%s, %s of %s",
	            screen_bold(screen), screen_plain(screen), profile->choice.text,
	            text_percent(blocks, chosen.blocks, all.blocks),
	            text_count(of_blocks, all.blocks), text_s(all.blocks),
	            text_percent(bytes, chosen.bytes, all.bytes),
	            text_size(of_bytes, all.bytes));
}

/* The most that was live in the given part of the timeline. */
static uint64_t timeline_most(const struct timeline *timeline, uint32_t column,
                              uint32_t columns)
{
	uint32_t steps = timeline->step + 1, i;
	/* columns are no more than steps, so every column has at least one step */
	uint32_t from = column * steps / columns, to = (column + 1) * steps / columns;
	uint64_t most = timeline->bytes_max[from];

	for (i = from + 1; i < to; i++) {
		if (timeline->bytes_max[i] > most)
			most = timeline->bytes_max[i];
	}
	return most;
}

/*
 * Print the live bytes over time as a graph of one line. Each column shows the most of its
 * steps, so that a short peak stays visible; the scale is the peak of the process.
 */
static void summary_timeline(const struct screen *screen, const struct profile *profile)
{
	static const char *const blocks[] = { " ",      "\u2581", "\u2582",
		                                  "\u2583", "\u2584", "\u2585",
		                                  "\u2586", "\u2587", "\u2588" };
	static const char *const letters[] = {
		" ", ".", ".", ":", ":", "+", "+", "#", "#"
	};
	const struct timeline *timeline = &profile->replay.timeline;
	uint64_t peak = profile->replay.paths.peak_bytes, most;
	uint32_t columns = TIMELINE_COLUMNS_MAX, column, height;

	/* fewer columns than that show no course */
	if (!peak || timeline->step < 8)
		return;
	if (columns > timeline->step + 1)
		columns = timeline->step + 1;
	if (columns > screen->columns - LABEL_COLUMNS - 2)
		columns = (uint32_t)screen->columns - LABEL_COLUMNS - 2;
	fputs("  over time   |", screen->file);
	for (column = 0; column < columns; column++) {
		most = timeline_most(timeline, column, columns);
		height = (uint32_t)((double)most / (double)peak * 8);
		/* whatever is not 0 gets at least the lowest block */
		height = most && !height ? 1 : height > 8 ? 8 : height;
		fputs((screen->has_blocks ? blocks : letters)[height], screen->file);
	}
	fputs("|\n", screen->file);
}

void report_summary(const struct screen *screen, const struct profile *profile,
                    uint64_t hidden_blocks, uint64_t hidden_bytes)
{
	report_title(screen, profile);
	report_only(screen, profile);
	summary_attached(screen, profile);
	summary_allocated(screen, profile, "");
	summary_freed(screen, profile);
	summary_heap(screen, profile, hidden_blocks, hidden_bytes);
	summary_timeline(screen, profile);
	report_phases(screen, profile);
	summary_lost(screen, profile);
	report_unseen(screen, &profile->process->header, 2);
}

void report_summary_brief(const struct screen *screen, const struct profile *profile,
                          uint64_t hidden_blocks, uint64_t hidden_bytes)
{
	const struct totals *totals = &profile->replay.totals;
	char count[TEXT_NUMBER_BYTES], percent[TEXT_NUMBER_BYTES], temporary[96] = "";

	if (totals->temporary && screen->is_brief)
		snprintf(temporary, sizeof(temporary), ", %s temporary",
		         text_percent(percent, totals->temporary, totals->allocations));
	else if (totals->temporary)
		snprintf(temporary, sizeof(temporary), ", %s (%s) temporary",
		         text_count(count, totals->temporary),
		         text_percent(percent, totals->temporary, totals->allocations));
	report_title(screen, profile);
	report_only(screen, profile);
	summary_attached(screen, profile);
	summary_allocated(screen, profile, temporary);
	summary_heap(screen, profile, hidden_blocks, hidden_bytes);
	summary_timeline(screen, profile);
	if (profile->phases->count > PHASES_OF_LIBC)
		report_phases(screen, profile);
	summary_lost(screen, profile);
	report_unseen(screen, &profile->process->header, 2);
}
