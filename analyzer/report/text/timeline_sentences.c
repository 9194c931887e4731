/* report/text/timeline_sentences.c - what matters most of segments over time. */
#include "report/text/timeline_sentences.h"

#include "report/text/timeline_lines.h"

#include <string.h>

#define PARTS_NAMED 4
#define PART_SHARE 100 /* what is smaller than one in so many bytes is not named */

/* The bytes of a segment, with a sign: positive is more. */
struct part {
	enum segment segment;
	int64_t bytes;
};

static uint64_t size_of(int64_t bytes)
{
	return bytes < 0 ? (uint64_t)-bytes : (uint64_t)bytes;
}

/* Put the largest first; there are too few segments for anything but a simple sort. */
static void parts_sort(struct part *parts, size_t count)
{
	struct part part;
	size_t i, j;

	for (i = 1; i < count; i++) {
		part = parts[i];
		for (j = i; j && size_of(parts[j - 1].bytes) < size_of(part.bytes); j--)
			parts[j] = parts[j - 1];
		parts[j] = part;
	}
}

/* The name of a segment within a sentence. */
static const char *name_of(enum segment segment)
{
	return segment == SEGMENT_OTHER ? "other memory" : segment_title(segment);
}

/* "At the peak, 12.3 s after the start, the program had 412 MiB resident: heap 301 MiB, .." */
static void peak_print(const struct segment_history *history,
                       const struct screen *screen)
{
	const struct segment_snapshot *highest = &history->snapshots[history->highest];
	char size[TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES], whole[128] = "";
	char more[TEXT_NUMBER_BYTES], when[TEXT_NUMBER_BYTES];
	struct text text = { NULL, 0, 0 };
	struct part parts[SEGMENT_COUNT];
	struct segment_peak peak;
	size_t count = 0, i;
	bool is_size, is_between;
	const char *far =
		segment_history_peak_is_far(history)
			? " What the rest was is not known: no snapshot was taken near the peak."
			: "";

	peak = segment_history_peak(history, &is_size);
	for (i = 0; i < SEGMENT_COUNT; i++) {
		if (i != SEGMENT_OUTLIVE && highest->uses[i].rss)
			parts[count++] = (struct part){ (enum segment)i,
				                            (int64_t)highest->uses[i].rss };
	}
	parts_sort(parts, count);
	for (i = 0; i < count && i < PARTS_NAMED; i++)
		text_printf(&text, "%s%s %s", i ? ", " : "", name_of(parts[i].segment),
		            text_size(size, size_of(parts[i].bytes)));
	if (i < count)
		text_printf(&text, ", and %zu smaller segment%s", count - i, text_s(count - i));
	text_size(size, segment_history_peak_bytes(history, &is_between));
	if (is_between) {
		screen_line(
			screen, 4,
			"  At its peak the program had %s%s%s%s resident (between two snapshots); the "
			"largest snapshot, %s after the start, has %s: %s.%s",
			segment_peak_bound(history), screen_bold(screen), size,
			screen_plain(screen), text_duration(when, highest->time_ns),
			text_size(more, highest->total.rss), text.data ? text.data : "nothing",
			far);
		text_release(&text);
		return;
	}
	if (is_size)
		snprintf(whole, sizeof(whole), "; the largest snapshot, after %s, has %s",
		         text_duration(when, highest->time_ns),
		         text_size(more, highest->total.rss));
	screen_line(
		screen, 4,
		"  At the peak, %s after the start, the program had %s%s%s resident%s: %s.%s",
		text_duration(at, peak.time_ns), screen_bold(screen), text_size(size, peak.rss),
		screen_plain(screen), whole, text.data ? text.data : "nothing", far);
	text_release(&text);
}

/*
 * By how much the segment grew. A snapshot that the process took of itself has Go's stacks in Go
 * heap: beside another, both are taken together.
 */
static int64_t growth_of(const struct segment_snapshot *first,
                         const struct segment_snapshot *last, enum segment segment)
{
	int64_t bytes = (int64_t)last->uses[segment].rss -
	                (int64_t)first->uses[segment].rss;

	if (first->is_own == last->is_own)
		return bytes;
	if (segment == SEGMENT_GO_HEAP)
		bytes += (int64_t)last->uses[SEGMENT_GO_STACK].rss -
		         (int64_t)first->uses[SEGMENT_GO_STACK].rss;
	return segment == SEGMENT_GO_STACK ? 0 : bytes;
}

/* "From 13 ms to 20.1 s after the start, it grew by 310 MiB: heap by 290 MiB, .." */
static void growth_print(const struct segment_history *history,
                         const struct screen *screen)
{
	const struct segment_snapshot *first = &history->snapshots[0];
	const struct segment_snapshot *last = &history->snapshots[history->count - 1];
	int64_t all = (int64_t)last->total.rss - (int64_t)first->total.rss;
	char from[TEXT_NUMBER_BYTES], to[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES];
	struct text text = { NULL, 0, 0 };
	struct part parts[SEGMENT_COUNT];
	size_t count = 0, i;
	int64_t bytes;

	if (history->count < 2) {
		screen_line(screen, 4,
		            "  There is one snapshot only, so what grew is not known.");
		return;
	}
	for (i = 0; i < SEGMENT_COUNT; i++) {
		bytes = growth_of(first, last, (enum segment)i);
		if (i != SEGMENT_OUTLIVE && size_of(bytes) > history->peak.rss / PART_SHARE)
			parts[count++] = (struct part){ (enum segment)i, bytes };
	}
	parts_sort(parts, count);
	for (i = 0; i < count && i < PARTS_NAMED; i++)
		text_printf(&text, "%s%s %s%s", i ? ", " : ": ", name_of(parts[i].segment),
		            parts[i].bytes < 0 ? "-" : "+",
		            text_size(size, size_of(parts[i].bytes)));
	text_duration(from, first->time_ns);
	text_duration(to, last->time_ns);
	if (!count)
		screen_line(
			screen, 4,
			"  From %s to %s after the start, no segment grew or shrank by more "
			"than a hundredth of that.",
			from, to);
	else
		screen_line(screen, 4, "  From %s to %s after the start, it %s by %s%s%s%s.",
		            from, to, all < 0 ? "shrank" : "grew", screen_bold(screen),
		            text_size(size, size_of(all)), screen_plain(screen),
		            text.data ? text.data : "");
	text_release(&text);
}

/* "At the end, the heap has 40 MiB: .., and 28 MiB that the allocator keeps." */
static void heap_print(const struct profile *profile, const struct screen *screen)
{
	const struct segment_history *history = &profile->segments;
	size_t last = history->count - 1;
	struct segment_inside inside = segment_inside(profile, last);
	char rss[TEXT_NUMBER_BYTES], live[TEXT_NUMBER_BYTES], over[TEXT_NUMBER_BYTES];
	char kept[TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES], overhead[96] = "";
	char absent[96] = "";

	text_duration(at, history->snapshots[last].time_ns);
	text_size(rss, inside.rss);
	if (!inside.is_known) {
		screen_line(
			screen, 4,
			"  In the last snapshot, after %s, the heap has %s; what lived in it is "
			"not known.",
			at, rss);
		return;
	}
	if (inside.has_overhead)
		snprintf(overhead, sizeof(overhead), ", malloc's overhead %s",
		         text_size(over, inside.overhead));
	if (inside.absent)
		snprintf(absent, sizeof(absent), " Of live blocks, %s more is not in memory.",
		         text_size(over, inside.absent));
	if (inside.kept)
		screen_line(
			screen, 4,
			"  In the last snapshot, after %s, the heap has %s: live blocks %s%s%s, and "
			"%s%s%s%s that no block uses: the allocator keeps it, or it is lost between "
			"blocks.%s",
			at, rss, inside.has_absent ? "" : "asked for ",
			text_size(live, inside.live - inside.absent), overhead,
			inside.has_absent ? "" : "at least ", screen_bold(screen),
			text_size(kept, inside.kept), screen_plain(screen), absent);
	else
		screen_line(
			screen, 4,
			"  In the last snapshot, after %s, the heap has %s; live blocks asked for "
			"%s%s.",
			at, rss, text_size(live, inside.live),
			inside.live > inside.rss ? ", not all of which is in memory" : "");
}

void timeline_sentences_print(const struct segment_timeline *timeline,
                              const struct screen *screen)
{
	const struct segment_history *history = &timeline->profile->segments;
	char size[TEXT_NUMBER_BYTES];

	peak_print(history, screen);
	growth_print(history, screen);
	heap_print(timeline->profile, screen);
	if (history->own_most && *segment_peak_bound(history))
		screen_line(
			screen, 4,
			"  outlive's own memory, as far as it is known (%s), is in none of these "
			"figures; what it had beyond that is in the peak.",
			text_size(size, history->own_most));
	else if (history->own_most)
		screen_line(screen, 4,
		            "  outlive's own memory, %s at most, is in none of these figures.",
		            text_size(size, history->own_most));
}
