/* report/text/phases.c - the phases of a process for people. */
#include "report/text/phases.h"

#include "base/text.h"
#include "trace/clock.h"

#include <string.h>

/* width of the label of a line, as in report/text/summary.c */
#define LABEL_COLUMNS 15
#define NAME_BYTES 128
#define PARAGRAPH_PHASES 8 /* phases named in the head of a report */
/* lines of `outlive info`: a program may name as many phases as it likes */
#define WHOLE_PHASES 100

/*
 * Whether there is more to show than one phase: the first has ended, or the program named some.
 */
static bool has_several(const struct phases *phases)
{
	return phases->span_count > 1 || phases->count > PHASES_OF_LIBC;
}

/*
 * Append "main 1.2 s in 3 times, 40 MiB in 200 calls". The name comes from the program, so it
 * is escaped. Without a calibrated clock no times are known, and are left out.
 */
static void phase_text(struct text *text, const struct ring_header *header,
                       const struct phase_total *total, bool has_counts)
{
	char name[NAME_BYTES], duration[TEXT_NUMBER_BYTES] = "", size[TEXT_NUMBER_BYTES];
	char count[TEXT_NUMBER_BYTES], times[32 + TEXT_NUMBER_BYTES] = "";

	text_escape(name, sizeof(name), total->name);
	/* How long a phase lasted after the last event is not known. */
	if (total->duration && process_is_calibrated(header)) {
		text_duration(duration, process_span_ns(header, total->duration));
		snprintf(times, sizeof(times), " %s", duration);
	}
	if (total->spans > 1)
		snprintf(times + strlen(times), sizeof(times) - strlen(times), " in %u times",
		         total->spans);
	text_printf(text, "%s%s%s", name, times, has_counts ? ", " : "");
	if (!has_counts)
		return;
	if (!total->counts.allocations)
		text_printf(text, "nothing allocated");
	else
		text_printf(text, "%s in %s call%s", text_size(size, total->counts.bytes),
		            text_count(count, total->counts.allocations),
		            text_s(total->counts.allocations));
}

void report_phases(const struct screen *screen, const struct profile *profile)
{
	const struct ring_header *header = &profile->process->header;
	const struct phases *phases = profile->phases;
	struct text text = { NULL, 0, 0 };
	uint32_t i, shown = 0, left_out = 0;

	if (!has_several(phases))
		return;
	for (i = 0; i < phases->count; i++) {
		if (!phases->totals[i].spans)
			continue;
		/* phases that were never entered are not counted as left out */
		if (shown++ >= PARAGRAPH_PHASES) {
			left_out++;
			continue;
		}
		text_printf(&text, "%s", shown > 1 ? "; " : "");
		phase_text(&text, header, &phases->totals[i], !profile->choice.text);
	}
	if (left_out)
		text_printf(&text, "; and %u more", left_out);
	if (text.data)
		screen_line(screen, LABEL_COLUMNS, "  phases       %s", text.data);
	text_release(&text);
}

void report_phases_whole(const struct screen *screen, const struct ring_header *header,
                         const struct phases *phases)
{
	char at[TEXT_NUMBER_BYTES], frees[TEXT_NUMBER_BYTES];
	const struct phase_total *total;
	struct text text = { NULL, 0, 0 };
	uint32_t i, shown = 0;

	if (!has_several(phases))
		return;
	for (i = 0; i < phases->count && shown < WHOLE_PHASES; i++) {
		total = &phases->totals[i];
		if (!total->spans)
			continue;
		/* one text for all lines: this only empties it */
		text_release(&text);
		phase_text(&text, header, total, true);
		screen_line(screen, LABEL_COLUMNS + 2, "    %-10s %s, %s free%s%s%s",
		            shown++ ? "" : "phases", text.data ? text.data : "",
		            text_count(frees, total->counts.frees), text_s(total->counts.frees),
		            process_is_calibrated(header) ? "; from " : "",
		            process_is_calibrated(header)
		                ? text_duration(at, process_time_ns(header, total->start))
		                : "");
	}
	if (i < phases->count)
		screen_line(screen, LABEL_COLUMNS, "               and %u more",
		            phases->count - i);
	text_release(&text);
}
