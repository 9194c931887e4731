/* report/text/timeline.c - segments over time, for people. */
#include "report/text/timeline.h"

#include "base/table.h"
#include "report/text/self_view.h"
#include "report/text/sizes.h"
#include "report/text/summary.h"
#include "report/text/timeline_graph.h"
#include "report/text/timeline_lines.h"
#include "report/text/timeline_sentences.h"
#include "report/text/timeline_threads.h"

#include <string.h>

#define LABEL_COLUMNS 15 /* width of the label of a line */

static const struct segment_snapshot *snapshot_at(
	const struct segment_timeline *timeline, size_t number)
{
	return &timeline->profile->segments.snapshots[number];
}

static const struct segment_snapshot *snapshot_last(
	const struct segment_timeline *timeline)
{
	return snapshot_at(timeline, timeline->profile->segments.count - 1);
}

/* The use of a segment in one snapshot, or of all segments with SEGMENT_COUNT. */
static uint64_t snapshot_rss(const struct segment_snapshot *snapshot, size_t segment)
{
	return segment < SEGMENT_COUNT ? snapshot->uses[segment].rss : snapshot->total.rss;
}

/* Of the recorder's own memory, in a row below the total. */
#define OWN_TITLE "outlive's own, not in the total"

/* ---- the head ---- */

static void title_print(const struct segment_timeline *timeline,
                        const struct screen *screen)
{
	char command[2048], fitted[2048];

	process_command_text(command, sizeof(command), &timeline->profile->process->header);
	process_command_fit(fitted, sizeof(fitted), command, screen->columns);
	fprintf(screen->file, "%s%s%s\n", screen_bold(screen), fitted,
	        screen_plain(screen));
	if (timeline->incomplete)
		screen_line(screen, 2, "the recording %s",
		            text_escape(fitted, sizeof(fitted), timeline->incomplete));
}

/* Print the process, and how often it was read, from outside and by itself. */
static void head_print(const struct segment_timeline *timeline,
                       const struct screen *screen)
{
	const struct segment_history *history = &timeline->profile->segments;
	const struct ring_header *header = &timeline->profile->process->header;
	char one[TEXT_NUMBER_BYTES], two[TEXT_NUMBER_BYTES];
	char often[64] = "", grown[64] = "", same[64] = "", own[64] = "", sizes[128];

	if (history->interval_ns)
		snprintf(often, sizeof(often), ", as a rule every %s",
		         text_duration(one, history->interval_ns));
	if (history->peak_count)
		snprintf(grown, sizeof(grown), "; %u of them because the process had grown",
		         history->peak_count);
	if (history->same_count)
		snprintf(same, sizeof(same),
		         "; %u of them repeated, as the size had not changed",
		         history->same_count);
	if (history->own_count)
		snprintf(own, sizeof(own), "; %u more by the process itself",
		         history->own_count);
	screen_line(screen, LABEL_COLUMNS, "  process      pid %u, %u thread%s at the %s",
	            header->pid, snapshot_last(timeline)->thread_count,
	            text_s(snapshot_last(timeline)->thread_count),
	            header->flags & RING_OUTLIVED
	                ? "last snapshot; it still ran when the recording ended"
	                : "end");
	size_timeline_often(sizes, sizeof(sizes), timeline);
	if (!history->read) {
		screen_line(screen, LABEL_COLUMNS,
		            "  snapshots    %u, all by the process itself%s",
		            history->own_count, sizes);
		return;
	}
	screen_line(screen, LABEL_COLUMNS, "  snapshots    %s%s%s%s%s%s%s",
	            text_count(two, history->read), often, grown, same, own,
	            history->refused ? "; for a time they were not permitted" : "", sizes);
}

/*
 * Print the highest size that was seen, and where it comes from. The kernel's own maximum is
 * added if it is as high: it covers the time between the readings as well.
 */
static void peak_print(const struct segment_timeline *timeline,
                       const struct screen *screen)
{
	const struct segment_history *history = &timeline->profile->segments;
	char size[TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES], true_size[TEXT_NUMBER_BYTES];
	char kernel[96] = "", whole[96] = "", when[TEXT_NUMBER_BYTES];
	struct segment_peak peak;
	bool is_size;

	peak = segment_history_peak(history, &is_size);
	if (is_size)
		snprintf(whole, sizeof(whole),
		         ", read as the size alone; %s in the highest full snapshot, %s",
		         text_size(size, history->peak.rss),
		         text_duration(when, history->peak.time_ns));
	if (history->kernel_peak >= peak.rss)
		snprintf(
			kernel, sizeof(kernel), "; by the kernel's own count (VmHWM%s) %s%s",
			segment_end_is_known(timeline->profile) ? "" : ", up to the last snapshot",
			segment_peak_bound(history), text_size(true_size, history->kernel_peak));
	screen_line(screen, LABEL_COLUMNS,
	            "  peak         %s%s%s resident, %s after the start%s%s",
	            screen_bold(screen), text_size(size, peak.rss), screen_plain(screen),
	            text_duration(at, peak.time_ns), whole, kernel);
}

static void process_print(const struct segment_timeline *timeline,
                          const struct screen *screen)
{
	head_print(timeline, screen);
	peak_print(timeline, screen);
	segment_end_text(timeline->profile, screen);
}

/* ---- what the segments hold ---- */

static const struct figure_column use_columns[] = {
	{ "size", 9, 8 },
	{ "resident", 10, 8 },
	{ "pss", 10, 8 },
	{ "dirty", 10, 8 },
};

static void use_row(const struct figures *figures, const struct memory_use *use,
                    const char *title, bool is_bold)
{
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES];

	figures_size(texts[0], use->size);
	figures_size(texts[1], use->rss);
	figures_size(texts[2], use->pss);
	figures_size(texts[3], use->private_dirty);
	figures_name(figures, figures_print(figures, texts), title, is_bold);
}

/* Print all segments of one snapshot. */
static void use_table(const struct segment_timeline *timeline,
                      const struct screen *screen, size_t number, const char *aside)
{
	const struct segment_snapshot *snapshot = snapshot_at(timeline, number);
	struct figures figures = figures_of(screen, use_columns, 4);
	char at[TEXT_NUMBER_BYTES], title[64];
	size_t i;

	snprintf(title, sizeof(title), "at %s", text_duration(at, snapshot->time_ns));
	screen_heading(screen, title, aside);
	figures_titles(&figures, "segment");
	for (i = 0; i < SEGMENT_COUNT; i++) {
		if (snapshot->uses[i].size && i != SEGMENT_OUTLIVE)
			use_row(&figures, &snapshot->uses[i], segment_title((enum segment)i),
			        false);
	}
	use_row(&figures, &snapshot->total, "total", true);
	if (snapshot->uses[SEGMENT_OUTLIVE].size)
		use_row(&figures, &snapshot->uses[SEGMENT_OUTLIVE], OWN_TITLE, false);
	segment_timeline_moved(screen, snapshot);
	if (snapshot->total.swap)
		screen_line(screen, 2, "  %s more in swap",
		            text_size(at, snapshot->total.swap));
}

static const struct figure_column course_columns[] = {
	{ "at first", 9, 8 },
	{ "at peak", 10, 8 },
	{ "highest", 10, 8 },
	{ "grew", 10, 9 },
};

/* `peak`: the segment's own, which may be at another time than that of the process. */
static void course_row(const struct segment_timeline *timeline,
                       const struct figures *figures, size_t segment,
                       const struct segment_peak *peak)
{
	const struct segment_history *history = &timeline->profile->segments;
	uint64_t first = snapshot_rss(snapshot_at(timeline, 0), segment);
	bool is_total = segment == SEGMENT_COUNT;
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES], name[128];

	figures_size(texts[0], first);
	figures_size(texts[1],
	             snapshot_rss(snapshot_at(timeline, history->highest), segment));
	figures_size(texts[2], peak->rss);
	figures_growth(texts[3], first, snapshot_rss(snapshot_last(timeline), segment));
	snprintf(name, sizeof(name), "%s, highest at %s",
	         is_total                     ? "total"
	         : segment == SEGMENT_OUTLIVE ? OWN_TITLE
	                                      : segment_title((enum segment)segment),
	         text_duration(at, peak->time_ns));
	figures_name(figures, figures_print(figures, texts), name, is_total);
}

/* Print how much of each segment was resident, from the first snapshot to the last. */
static void course_table(const struct segment_timeline *timeline,
                         const struct screen *screen)
{
	const struct segment_history *history = &timeline->profile->segments;
	struct figures figures = figures_of(screen, course_columns, 4);
	struct segment_peak peak;
	bool is_size;
	size_t i;

	screen_heading(screen, "resident", "when each was highest, and how it grew");
	figures_titles(&figures, "segment");
	for (i = 0; i < SEGMENT_COUNT; i++) {
		if (history->peaks[i].rss && i != SEGMENT_OUTLIVE)
			course_row(timeline, &figures, i, &history->peaks[i]);
	}
	peak = segment_history_peak(history, &is_size);
	course_row(timeline, &figures, SEGMENT_COUNT, &peak);
	if (history->peaks[SEGMENT_OUTLIVE].rss)
		course_row(timeline, &figures, SEGMENT_OUTLIVE,
		           &history->peaks[SEGMENT_OUTLIVE]);
}

/* ---- the heap's inside ---- */

static const struct figure_column inside_columns[] = {
	{ "heap", 9, 8 },
	{ "live", 10, 8 },
	{ "overhead", 10, 8 },
	{ "kept", 10, 8 },
};

/* Write "1.23 s, main, peak". */
static void time_text(char *text, size_t bytes, const struct segment_timeline *timeline,
                      size_t number)
{
	const struct segment_snapshot *snapshot = snapshot_at(timeline, number);
	const char *phase = segment_phase(timeline->profile, snapshot->time_ns);
	char at[TEXT_NUMBER_BYTES];
	bool is_size;

	segment_history_peak(&timeline->profile->segments, &is_size);
	snprintf(text, bytes, "%s%s%s%s%s%s%s", text_duration(at, snapshot->time_ns),
	         *phase ? ", " : "", phase,
	         snapshot->reasons & SEGMENTS_EXEC    ? ", after exec"
	         : snapshot->reasons & SEGMENTS_FIRST ? ", first"
	                                              : "",
	         number != timeline->profile->segments.highest ? ""
	         : is_size                                     ? ", highest snapshot"
	                                                       : ", peak",
	         snapshot->reasons & SEGMENTS_PEAK   ? ", grown"
	         : snapshot->reasons & SEGMENTS_SAME ? ", unchanged"
	                                             : "",
	         snapshot->reasons & SEGMENTS_LAST ? ", last" : "");
}

/* "?": what lived is not known, or not what the allocator adds to it. */
static void inside_row(const struct segment_timeline *timeline,
                       const struct figures *figures, size_t number)
{
	struct segment_inside inside = segment_inside(timeline->profile, number);
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES], name[128];
	size_t i;

	figures_size(texts[0], inside.rss);
	figures_size(texts[1], inside.live);
	figures_size(texts[2], inside.overhead);
	figures_size(texts[3], inside.kept);
	for (i = 1; i < 4; i++) {
		if (!inside.is_known || (i == 2 && !inside.has_overhead))
			strcpy(texts[i], "?");
	}
	time_text(name, sizeof(name), timeline, number);
	figures_name(figures, figures_print(figures, texts), name, false);
}

static const char
	kept[] = "kept: resident, but in no live block: freed and kept by malloc for\n"
			 "reuse, fragments, blocks from before the recording";
/* Of a malloc that is not libc's. */
static const char kept_of_malloc
	[] = "kept: resident beyond the live blocks: headers and tables of this malloc,\n"
		 "freed and kept for reuse, fragments, blocks from before the recording";

/* Print `rows` of `count` snapshots: the first, the last, the highest, and some between. */
static void inside_table(const struct segment_timeline *timeline,
                         const struct screen *screen)
{
	const struct segment_history *history = &timeline->profile->segments;
	size_t rows = timeline->top && timeline->top < history->count ? timeline->top
	                                                              : history->count;
	struct figures figures = figures_of(screen, inside_columns, 4);
	size_t i, at, next;

	screen_heading(screen, "the heap and what is in it",
	               "live: bytes asked for; overhead: estimated");
	figures_titles(&figures, "at");
	for (i = 0; i < rows; i++) {
		/*
		 * Rows are spread evenly over the snapshots; a single one is the highest. The highest
		 * is added if it lies between two rows.
		 */
		at = rows > 1 ? i * (history->count - 1) / (rows - 1) : history->highest;
		next = i + 1 < rows ? (i + 1) * (history->count - 1) / (rows - 1) : at + 1;
		inside_row(timeline, &figures, at);
		if (history->highest > at && history->highest < next)
			inside_row(timeline, &figures, history->highest);
	}
	if (rows < history->count)
		screen_line(screen, 2, "  %zu of %zu snapshots (--top 0 shows all)", rows,
		            history->count);
	segment_timeline_lost(screen, timeline->profile);
	if (segment_inside(timeline->profile, 0).is_known)
		screen_paragraph(screen, 0, 2,
		                 timeline->profile->runtimes & RUNTIME_MALLOC ? kept_of_malloc
		                                                              : kept);
}

/* ---- one time, and two ---- */

static void at_print(const struct segment_timeline *timeline,
                     const struct screen *screen)
{
	struct figures inside = figures_of(screen, inside_columns, 4);

	use_table(timeline, screen, timeline->from, "the nearest snapshot");
	size_timeline_at(timeline, screen);
	screen_heading(screen, "the heap and what is in it",
	               "live: bytes asked for; overhead: estimated");
	figures_titles(&inside, "at");
	inside_row(timeline, &inside, timeline->from);
	segment_timeline_lost(screen, timeline->profile);
}

static const struct figure_column between_columns[] = {
	{ "before", 9, 8 },
	{ "after", 9, 8 },
	{ "grew", 10, 9 },
	{ "size grew", 10, 9 },
};

static void between_row(const struct figures *figures, const struct memory_use *before,
                        const struct memory_use *after, const char *title, bool is_bold)
{
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES];

	figures_size(texts[0], before->rss);
	figures_size(texts[1], after->rss);
	figures_growth(texts[2], before->rss, after->rss);
	figures_growth(texts[3], before->size, after->size);
	figures_name(figures, figures_print(figures, texts), title, is_bold);
}

/* A segment in either snapshot has a row, so that what was unmapped shows as well. */
static void between_print(const struct segment_timeline *timeline,
                          const struct screen *screen)
{
	const struct segment_snapshot *before = snapshot_at(timeline, timeline->from);
	const struct segment_snapshot *after = snapshot_at(timeline, timeline->to);
	struct figures figures = figures_of(screen, between_columns, 4);
	struct figures inside = figures_of(screen, inside_columns, 4);
	char from[TEXT_NUMBER_BYTES], to[TEXT_NUMBER_BYTES], title[128];
	size_t i;

	snprintf(title, sizeof(title), "growth between %s and %s",
	         text_duration(from, before->time_ns), text_duration(to, after->time_ns));
	screen_heading(screen, title, "the nearest snapshots");
	figures_titles(&figures, "segment, resident");
	for (i = 0; i < SEGMENT_COUNT; i++) {
		if ((before->uses[i].size || after->uses[i].size) && i != SEGMENT_OUTLIVE)
			between_row(&figures, &before->uses[i], &after->uses[i],
			            segment_title((enum segment)i), false);
	}
	between_row(&figures, &before->total, &after->total, "total", true);
	if (before->uses[SEGMENT_OUTLIVE].size || after->uses[SEGMENT_OUTLIVE].size)
		between_row(&figures, &before->uses[SEGMENT_OUTLIVE],
		            &after->uses[SEGMENT_OUTLIVE], OWN_TITLE, false);
	size_timeline_at(timeline, screen);
	screen_heading(screen, "the heap and what is in it",
	               "live: bytes asked for; overhead: estimated");
	figures_titles(&inside, "at");
	inside_row(timeline, &inside, timeline->from);
	inside_row(timeline, &inside, timeline->to);
	segment_timeline_lost(screen, timeline->profile);
}

void segment_timeline_text(const struct segment_timeline *timeline,
                           const struct screen *screen)
{
	bool is_whole = timeline->view == TIMELINE_WHOLE && !timeline->is_by_thread;

	title_print(timeline, screen);
	if (is_whole)
		timeline_sentences_print(timeline, screen);
	if (is_whole && !timeline->has_tables) {
		segment_timeline_odd_lines(screen, timeline->profile);
		fputc('\n', screen->file);
		screen_line(
			screen, 2,
			"%s--tables shows each segment over time; --between FROM:TO, --at TIME, "
			"--phase NAME and --by thread show parts of it%s",
			screen_dim(screen), screen_plain(screen));
		return;
	}
	if (is_whole)
		fputc('\n', screen->file);
	/* if a part of the time was asked for, that comes first */
	if (is_whole)
		process_print(timeline, screen);
	if (timeline->is_by_thread) {
		timeline_threads_print(timeline, screen);
	} else if (timeline->view == TIMELINE_AT) {
		at_print(timeline, screen);
	} else if (timeline->view == TIMELINE_BETWEEN) {
		between_print(timeline, screen);
	} else {
		use_table(timeline, screen, timeline->to, "the last snapshot");
		course_table(timeline, screen);
		timeline_graph_print(timeline, screen);
		inside_table(timeline, screen);
		size_timeline_table(timeline, screen);
		segment_timeline_odd_lines(screen, timeline->profile);
	}
	if (!is_whole) {
		screen_heading(screen, "how this was measured", "");
		process_print(timeline, screen);
	}
}
