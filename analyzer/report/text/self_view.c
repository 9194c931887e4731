/* report/text/self_view.c - the snapshots that a process took of itself, and its end. */
#include "report/text/self_view.h"

#include "base/table.h"
#include "report/text/summary.h"
#include "trace/clock.h"

#include <string.h>

#define LABEL_COLUMNS 15 /* width of the label of a line */
/* from this version on, snapshots say what anonymous memory is */
#define MAPS_KIND_VERSION_MINOR 2

static const struct figure_column columns[] = {
	{ "at first", 9, 8 },
	{ "largest", 10, 8 },
	{ "at last", 10, 8 },
};

/* The size of a segment, or of all with SEGMENT_COUNT. */
static uint64_t view_size(const struct self_snapshot *view, size_t segment)
{
	return segment < SEGMENT_COUNT ? view->sizes[segment] : view->total;
}

/*
 * Print how large a segment was in the first, the largest and the last snapshot. A segment that
 * was never there gets no row.
 */
static void row_print(const struct figures *figures, const struct self_view *views,
                      size_t segment)
{
	const struct screen *screen = figures->screen;
	uint64_t sizes[3] = { 0, 0, 0 }, size;
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES];
	bool is_total = segment == SEGMENT_COUNT;
	size_t i;

	sizes[0] = view_size(&views->views[0], segment);
	sizes[2] = view_size(&views->views[views->count - 1], segment);
	for (i = 0; i < views->count; i++) {
		size = view_size(&views->views[i], segment);
		sizes[1] = size > sizes[1] ? size : sizes[1];
	}
	if (!sizes[1])
		return;
	for (i = 0; i < 3; i++) {
		if (sizes[i])
			text_size(texts[i], sizes[i]);
		else
			strcpy(texts[i], "-");
	}
	figures_print(figures, texts);
	fprintf(screen->file, "%s%s%s\n", is_total ? screen_bold(screen) : "",
	        is_total                     ? "total"
	        : segment == SEGMENT_OUTLIVE ? "outlive's own, not in the total"
	                                     : segment_title((enum segment)segment),
	        is_total ? screen_plain(screen) : "");
}

/*
 * Write what is known of the resident size: at most its total, or the size read from outside.
 */
static void known_text(char *text, size_t bytes, const struct profile *profile,
                       const struct view_totals *totals)
{
	const struct size_history *sizes = &profile->segments.sizes;
	char rss[TEXT_NUMBER_BYTES], peak[TEXT_NUMBER_BYTES];

	if (totals->rss)
		snprintf(text, bytes,
		         "%s; only the resident total is known, outlive's own memory "
		         "included: %s in the last snapshot, %s at most",
		         sizes->count ? "from outside only its size was read"
		                      : "no snapshot was taken from outside",
		         text_size(rss, totals->rss), text_size(peak, totals->peak_rss));
	else if (sizes->count)
		snprintf(
			text, bytes,
			"from outside only its size was read: %s resident at most, outlive's own "
			"memory included, %s after the start",
			text_size(rss, sizes->highest.resident),
			text_duration(peak, sizes->highest.time_ns));
	else
		snprintf(
			text, bytes,
			"no snapshot was taken from outside, so the resident size is not known");
}

void self_view_text(const struct profile *profile, const char *incomplete,
                    const struct screen *screen)
{
	const struct self_view *views = &profile->views;
	const struct ring_header *header = &profile->process->header;
	const struct self_snapshot *last = &views->views[views->count - 1];
	struct figures figures = figures_of(screen, columns, 3);
	char command[2048], fitted[2048], at[TEXT_NUMBER_BYTES], known[256];
	size_t i;

	process_command_text(command, sizeof(command), header);
	process_command_fit(fitted, sizeof(fitted), command, screen->columns);
	fprintf(screen->file, "%s%s%s\n", screen_bold(screen), fitted,
	        screen_plain(screen));
	if (incomplete)
		screen_line(screen, 2, "the recording %s",
		            text_escape(fitted, sizeof(fitted), incomplete));
	known_text(known, sizeof(known), profile, &last->totals);
	screen_line(
		screen, 2,
		"  pid %u; %s. Its addresses in %zu snapshot%s that it took itself, the last "
		"(%s) after %s:",
		header->pid, known, views->count, text_s(views->count),
		view_reason(last->reason),
		text_duration(at, process_time_ns(header, last->time)));
	fputc('\n', screen->file);
	figures_titles(&figures, "segment");
	for (i = 0; i <= SEGMENT_COUNT; i++) {
		if (i != SEGMENT_OUTLIVE)
			row_print(&figures, views, i);
	}
	row_print(&figures, views, SEGMENT_OUTLIVE);
	/*
	 * An older recorder did not say what anonymous mappings are, so this was inferred from the
	 * blocks that lived; whoever reads the table must know that.
	 */
	if (header->version_minor < MAPS_KIND_VERSION_MINOR)
		screen_paragraph(
			screen, 0, 2,
			"from the mappings and the large blocks that lived: blocks from before\n"
			"the recording are in other, or in stack if above a guard");
	if (!last->is_whole)
		screen_line(
			screen, 2,
			"  the last snapshot is incomplete: the ring had no room for all of it");
}

/* ---- its end -------------------------------------------------------------------------- */

/* The snapshot that the process took at its end, or NULL. */
static const struct self_snapshot *end_find(const struct profile *profile)
{
	const struct self_view *views = &profile->views;
	const struct self_snapshot *last;

	if (!views->count)
		return NULL;
	/* only the last one can be of the end: nothing is recorded after it */
	last = &views->views[views->count - 1];
	return last->reason == MAPS_END ? last : NULL;
}

bool segment_end_is_known(const struct profile *profile)
{
	const struct self_snapshot *end = end_find(profile);

	return end && end->totals.rss && end->totals.peak_rss;
}

/* Write ", 44.3 ms after the last snapshot"; "" if the end has a snapshot itself. */
static void unseen_text(char *text, size_t bytes, const struct profile *profile,
                        uint64_t end_ns)
{
	const struct segment_history *history = &profile->segments;
	uint64_t last_ns = history->snapshots[history->count - 1].time_ns;
	char since[TEXT_NUMBER_BYTES];

	*text = 0;
	if (end_ns > last_ns && !end_find(profile)->snapshot)
		snprintf(text, bytes, ", %s after the last snapshot",
		         text_duration(since, end_ns - last_ns));
}

void segment_end_text(const struct profile *profile, const struct screen *screen)
{
	const struct self_snapshot *end = end_find(profile);
	char at[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES], heap[TEXT_NUMBER_BYTES];
	char rss[TEXT_NUMBER_BYTES], unseen[64], resident[64] = "";
	uint64_t end_ns;

	if (!end)
		return;
	end_ns = process_time_ns(&profile->process->header, end->time);
	unseen_text(unseen, sizeof(unseen), profile, end_ns);
	/* 0: the process did not read its resident size */
	if (end->totals.rss)
		snprintf(resident, sizeof(resident), "%s resident; ",
		         text_size(rss, end->totals.rss));
	screen_line(screen, LABEL_COLUMNS,
	            "  end          after %s%s: %s%s mapped, %s of it heap%s",
	            text_duration(at, end_ns), unseen, resident,
	            text_size(size, end->total), text_size(heap, end->sizes[SEGMENT_HEAP]),
	            end->snapshot ? " (the process's own snapshot)" : "");
}
