/* report/text/timeline_lines.c - lines about segments over time that several views share. */
#include "report/text/timeline_lines.h"

#include "segments/size_history.h"
#include "verdict/heap_contents.h"

#define LABEL_COLUMNS 15 /* width of the label of a line, as in report/text/summary.c */
#define PARTS_SHOWN 4
/* report a peak between snapshots if it was higher by one in so many bytes */
#define PEAK_UNSEEN_SHARE 50

/*
 * The state of odd_line(): whether the heading was printed, which is only wanted with a
 * finding.
 */
struct odd_lines {
	const struct screen *screen;
	bool is_any;
};

static void odd_line(void *context, const char *kind, uint64_t bytes, const char *text)
{
	struct odd_lines *lines = context;

	(void)kind;
	(void)bytes;
	if (!lines->is_any)
		screen_heading(lines->screen, "unusual", "");
	lines->is_any = true;
	screen_line(lines->screen, 4, "  - %s", text);
}

void segment_timeline_odd_lines(const struct screen *screen,
                                const struct profile *profile)
{
	struct odd_lines lines = { screen, false };

	segment_timeline_oddities(profile, odd_line, &lines);
}

void segment_timeline_moved(const struct screen *screen,
                            const struct segment_snapshot *snapshot)
{
	static const char
		joined[] = "are large blocks that live in mappings joined with other memory";
	static const char
		another[] = "was mapped by a malloc that is not libc's: blocks live there";
	const struct segment_moved *moved = &snapshot->moved;
	char rss[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES];
	char estimated[TEXT_NUMBER_BYTES + 16] = "";

	/*
	 * Large blocks of malloc may lie in mappings that are not classified as heap. Their bytes
	 * are counted as heap; the line says how many, so that the table can be compared with
	 * /proc/PID/maps.
	 */
	if (!moved->size)
		return;
	if (moved->estimated)
		snprintf(estimated, sizeof(estimated), ", of them %s estimated",
		         text_size(rss, moved->estimated));
	screen_line(screen, 2, "  heap: %s of it %s (%s resident%s)",
	            text_size(size, moved->size),
	            snapshot->runtimes & RUNTIME_MALLOC ? another : joined,
	            text_size(rss, moved->rss), estimated);
}

void segment_timeline_lost(const struct screen *screen, const struct profile *profile)
{
	uint64_t lost = profile->lost.events;
	char count[TEXT_NUMBER_BYTES], percent[TEXT_NUMBER_BYTES];

	if (segment_inside_is_lost(profile))
		screen_line(
			screen, 2,
			"  ?: what lived is not known, as %s event%s (%s of all) are missing",
			text_count(count, lost), text_s(lost),
			text_percent(percent, lost, profile->replay.totals.events + lost));
}

/* Write "heap 40 MiB, code 1.2 MiB, ..": the largest segments of a snapshot, but ours. */
static void parts_text(struct text *text, const struct segment_snapshot *snapshot)
{
	bool is_shown[SEGMENT_COUNT] = { [SEGMENT_OUTLIVE] = true };
	char size[TEXT_NUMBER_BYTES];
	size_t i, most, round;

	/*
	 * Each round takes the largest of those that were not taken yet; equal ones in the order of
	 * enum segment. There are too few segments for sorting to pay.
	 */
	for (round = 0; round < PARTS_SHOWN; round++) {
		most = SEGMENT_COUNT;
		for (i = 0; i < SEGMENT_COUNT; i++) {
			if (!is_shown[i] && snapshot->uses[i].rss &&
			    (most == SEGMENT_COUNT ||
			     snapshot->uses[i].rss > snapshot->uses[most].rss))
				most = i;
		}
		if (most == SEGMENT_COUNT)
			return;
		is_shown[most] = true;
		text_printf(text, "%s%s %s", round ? ", " : "",
		            segment_title((enum segment)most),
		            text_size(size, snapshot->uses[most].rss));
	}
	for (i = 0; i < SEGMENT_COUNT && (is_shown[i] || !snapshot->uses[i].rss); i++)
		;
	text_printf(text, "%s", i < SEGMENT_COUNT ? ", .." : "");
}

/* Print what the heap consisted of at the highest snapshot, if that is known. */
static void heap_line(const struct screen *screen, const struct profile *profile)
{
	struct segment_inside inside = segment_inside(profile, profile->segments.highest);
	char rss[TEXT_NUMBER_BYTES], live[TEXT_NUMBER_BYTES], over[TEXT_NUMBER_BYTES];
	char kept[TEXT_NUMBER_BYTES], overhead[96] = "";

	if (!inside.is_known || !inside.rss)
		return;
	if (!inside.kept) {
		screen_line(screen, LABEL_COLUMNS,
		            "  heap         %s resident; live blocks asked for %s%s",
		            text_size(rss, inside.rss), text_size(live, inside.live),
		            inside.live > inside.rss ? ", not all of which is in memory" : "");
		return;
	}
	if (inside.has_overhead)
		snprintf(overhead, sizeof(overhead), ", malloc's overhead %s",
		         text_size(over, inside.overhead));
	screen_line(
		screen, LABEL_COLUMNS,
		"  heap         %s resident: live blocks %s%s, kept by the allocator %s",
		text_size(rss, inside.rss), text_size(live, inside.live), overhead,
		text_size(kept, inside.kept));
}

bool segment_peak_is_between(const struct segment_history *history)
{
	bool is_size;
	struct segment_peak peak = segment_history_peak(history, &is_size);

	return history->kernel_peak > peak.rss + peak.rss / PEAK_UNSEEN_SHARE;
}

void segment_timeline_summary(const struct screen *screen,
                              const struct profile *profile)
{
	const struct segment_history *history = &profile->segments;
	struct text parts = { NULL, 0, 0 };
	char size[TEXT_NUMBER_BYTES], more[TEXT_NUMBER_BYTES], whole[64] = "";
	char at[TEXT_NUMBER_BYTES], when[96];
	const struct segment_snapshot *highest;
	struct segment_peak peak;
	bool is_size, is_between;

	if (!history->count)
		return;
	highest = &history->snapshots[history->highest];
	peak = segment_history_peak(history, &is_size);
	is_between = segment_peak_is_between(history);
	/*
	 * the highest size is not from a snapshot, but the parts below are: say which size they
	 * make
	 */
	if (is_size || is_between)
		snprintf(whole, sizeof(whole), "%s; the largest snapshot has %s",
		         is_between ? ", between two snapshots" : "",
		         text_size(more, history->peak.rss));
	snprintf(when, sizeof(when), "%sthe largest snapshot, %s after the start",
	         profile->choice.text ? "not filtered; " : "",
	         text_duration(at, highest->time_ns));
	screen_heading(screen, "where the memory of the process is", when);
	parts_text(&parts, highest);
	screen_line(screen, LABEL_COLUMNS, "  resident     %s%s%s at the peak%s: %s",
	            screen_bold(screen),
	            text_size(size, is_between ? history->kernel_peak : peak.rss),
	            screen_plain(screen), whole, parts.data ? parts.data : "nothing");
	text_release(&parts);
	heap_line(screen, profile);
}

void segment_timeline_summary_end(const struct screen *screen,
                                  const struct profile *profile, bool shows_kept)
{
	const struct segment_history *history = &profile->segments;
	char size[TEXT_NUMBER_BYTES], text[512];
	const struct segment_snapshot *highest;

	if (!history->count)
		return;
	highest = &history->snapshots[history->highest];
	if (shows_kept && segment_timeline_oddity(text, sizeof(text), profile))
		screen_line(screen, LABEL_COLUMNS, "  kept         %s", text);
	if (highest->uses[SEGMENT_OUTLIVE].rss)
		screen_line(
			screen, LABEL_COLUMNS,
			"  outlive      %s more are outlive's own; over time: 'outlive segments'",
			text_size(size, highest->uses[SEGMENT_OUTLIVE].rss));
}
