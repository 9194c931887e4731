/* report/text/timeline_lines.c - lines about segments over time that several views share. */
#include "report/text/timeline_lines.h"

#include "segments/size_history.h"
#include "verdict/heap_contents.h"

#define LABEL_COLUMNS 15 /* width of the label of a line, as in report/text/summary.c */
#define PARTS_SHOWN 4
#define PARTS_BRIEF 3
#define FREED_BYTES_MIN \
	(UINT64_C(32) << 10) /* a smaller peak of the heap is not missed */

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
static void parts_text(struct text *text, const struct segment_snapshot *snapshot,
                       size_t parts)
{
	bool is_shown[SEGMENT_COUNT] = { [SEGMENT_OUTLIVE] = true };
	char size[TEXT_NUMBER_BYTES];
	size_t i, most, round;

	/*
	 * Each round takes the largest of those that were not taken yet; equal ones in the order of
	 * enum segment. There are too few segments for sorting to pay.
	 */
	for (round = 0; round < parts; round++) {
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
	char kept[TEXT_NUMBER_BYTES], overhead[96] = "", absent[96] = "";

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
		snprintf(overhead, sizeof(overhead), ", %soverhead %s",
		         screen->is_least ? "" : "malloc's ", text_size(over, inside.overhead));
	if (inside.absent)
		snprintf(absent, sizeof(absent), "; %s more of live blocks is not in memory",
		         text_size(over, inside.absent));
	screen_line(
		screen, LABEL_COLUMNS,
		screen->is_brief
			? "  heap         %s: live %s%s, kept %s%s%s"
			: "  heap         %s resident: live blocks %s%s, kept by the allocator %s%s%s",
		text_size(rss, inside.rss), text_size(live, inside.live - inside.absent),
		overhead, inside.has_absent ? "" : "at least ", text_size(kept, inside.kept),
		absent);
}

/*
 * The snapshot with most resident memory may be of a time when most blocks were freed, as the
 * last one of a short program is: it does not show where the memory of the heap's peak was.
 */
static void freed_line(const struct screen *screen, const struct profile *profile)
{
	struct segment_inside inside = segment_inside(profile, profile->segments.highest);
	uint64_t peak = profile->replay.paths.peak_bytes;
	char percent[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES];

	/* with a filter, the peak is of some of the blocks */
	if (!inside.is_known || profile->choice.text || peak < FREED_BYTES_MIN ||
	    inside.live >= peak / 2)
		return;
	text_percent(percent, peak - inside.live, peak);
	text_size(size, peak);
	text_duration(at, profile->peak_ns);
	if (screen->is_brief)
		screen_line(screen, LABEL_COLUMNS,
		            "  heap's peak  %s at %s: %s less live in this snapshot", size, at,
		            percent);
	else
		screen_line(
			screen, LABEL_COLUMNS,
			"  heap's peak  was not then, but %s after the start: %s live, %s more "
			"than in this snapshot",
			at, size, text_size(percent, peak - inside.live));
}

const char *segment_peak_bound(const struct segment_history *history)
{
	bool is_between;

	segment_history_peak_bytes(history, &is_between);
	return is_between && history->peak_is_bound ? "at most " : "";
}

/* The most that outlive had, where the peak is between snapshots; else what the highest has. */
static uint64_t own_bytes(const struct segment_history *history)
{
	bool is_between;

	segment_history_peak_bytes(history, &is_between);
	return is_between ? history->own_most
	                  : history->snapshots[history->highest].uses[SEGMENT_OUTLIVE].rss;
}

/* "; outlive's own: 924 KiB more" on the brief screen, or "". */
static void own_text(char *text, size_t bytes, const struct screen *screen,
                     const struct segment_history *history)
{
	const char *bound = segment_peak_bound(history);
	char size[TEXT_NUMBER_BYTES];

	*text = 0;
	if (screen->is_brief && own_bytes(history))
		snprintf(text, bytes, "; outlive's own: %s%s more%s", *bound ? "at least " : "",
		         text_size(size, own_bytes(history)),
		         *bound ? ", the rest is in the peak" : "");
}

/* The snapshots do not show where the memory was at the peak: say so, and what is known. */
static void far_print(const struct screen *screen, const struct profile *profile)
{
	const struct segment_history *history = &profile->segments;
	char size[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES];
	char own[96];
	bool is_between;

	screen_heading(screen, "where the memory of the process is",
	               profile->choice.text ? "not filtered; not known at the peak"
	                                    : "not known at the peak");
	own_text(own, sizeof(own), screen, history);
	text_size(size, segment_history_peak_bytes(history, &is_between));
	screen_line(
		screen, LABEL_COLUMNS,
		"  resident     %s%s%s%s at the peak, between two snapshots%s. None was taken "
		"near it: the largest, %s after the start, has %s",
		segment_peak_bound(history), screen_bold(screen), size, screen_plain(screen),
		own, text_duration(at, history->snapshots[history->highest].time_ns),
		text_size(most, history->peak.rss));
}

void segment_timeline_summary(const struct screen *screen,
                              const struct profile *profile)
{
	const struct segment_history *history = &profile->segments;
	struct text parts = { NULL, 0, 0 };
	char size[TEXT_NUMBER_BYTES], more[TEXT_NUMBER_BYTES], whole[64] = "";
	char at[TEXT_NUMBER_BYTES], when[96], own[96];
	const struct segment_snapshot *highest;
	bool is_size, is_between;

	if (!history->count)
		return;
	if (segment_history_peak_is_far(history)) {
		far_print(screen, profile);
		return;
	}
	highest = &history->snapshots[history->highest];
	segment_history_peak(history, &is_size);
	text_size(size, segment_history_peak_bytes(history, &is_between));
	/*
	 * the highest size is not from a snapshot, but the parts below are: say which size they
	 * make
	 */
	if (is_size || is_between)
		snprintf(whole, sizeof(whole),
		         screen->is_brief ? "%.0s, %s then" : "%s; the largest snapshot has %s",
		         is_between ? ", between two snapshots" : "",
		         text_size(more, history->peak.rss));
	snprintf(when, sizeof(when),
	         screen->is_brief ? "%sat %s; over time: 'outlive segments'"
	                          : "%sthe largest snapshot, %s after the start",
	         profile->choice.text ? "not filtered; " : "",
	         text_duration(at, highest->time_ns));
	screen_heading(screen, "where the memory of the process is", when);
	own_text(own, sizeof(own), screen, history);
	parts_text(&parts, highest, screen->is_brief ? PARTS_BRIEF : PARTS_SHOWN);
	screen_line(screen, LABEL_COLUMNS, "  resident     %s%s%s%s at the peak%s: %s%s",
	            segment_peak_bound(history), screen_bold(screen), size,
	            screen_plain(screen), whole, parts.data ? parts.data : "nothing", own);
	text_release(&parts);
	heap_line(screen, profile);
	freed_line(screen, profile);
}

void segment_timeline_summary_end(const struct screen *screen,
                                  const struct profile *profile, bool shows_kept)
{
	const struct segment_history *history = &profile->segments;
	const char *bound = segment_peak_bound(history);
	char size[TEXT_NUMBER_BYTES], text[512];

	if (!history->count)
		return;
	if (shows_kept && segment_timeline_oddity(text, sizeof(text), profile))
		screen_line(screen, LABEL_COLUMNS, "  kept         %s", text);
	if (own_bytes(history) && !screen->is_brief)
		screen_line(screen, LABEL_COLUMNS,
		            "  outlive      %s%s more are outlive's own%s; over time: 'outlive "
		            "segments'",
		            *bound ? "at least " : "", text_size(size, own_bytes(history)),
		            *bound ? ", the rest is in the peak" : "");
}
