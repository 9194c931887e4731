/* report/text/sizes.c - sizes over time, for people. */
#include "report/text/sizes.h"
#include "segments/size_history.h"

#include "base/table.h"

#include <stdlib.h>

/* width of the label of a line, as in report/text/timeline.c */
#define LABEL_COLUMNS 15

static const struct size_history *sizes_of(const struct segment_timeline *timeline)
{
	return &timeline->profile->segments.sizes;
}

void size_timeline_often(char *text, size_t bytes,
                         const struct segment_timeline *timeline)
{
	const struct size_history *sizes = sizes_of(timeline);
	char every[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES], longest[TEXT_NUMBER_BYTES];
	char most[64] = "";

	*text = 0;
	if (!sizes->count)
		return;
	/* a busy machine delays readings: say so, once one was missed by half an interval */
	if (sizes->longest_ns > sizes->every_ns + sizes->every_ns / 2)
		snprintf(most, sizeof(most), ", at most %s apart",
		         text_duration(longest, sizes->longest_ns));
	snprintf(text, bytes, "; the size alone every %s (%s time%s%s)",
	         text_duration(every, sizes->every_ns), text_count(count, sizes->readings),
	         text_s(sizes->readings), most);
}

/*
 * Print the size at a time. `shared` is the part that files and shared memory back; the rest is
 * anonymous.
 */
static void at_line(const struct segment_timeline *timeline,
                    const struct screen *screen, uint64_t time_ns)
{
	struct sizes_entry entry = size_history_at(sizes_of(timeline), time_ns);
	char size[TEXT_NUMBER_BYTES], anonymous[TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES];

	screen_line(screen, LABEL_COLUMNS,
	            "  size alone   after %s: %s resident, %s of it anonymous",
	            text_duration(at, entry.time_ns), text_size(size, entry.resident),
	            text_size(anonymous, entry.resident - entry.shared));
}

void size_timeline_at(const struct segment_timeline *timeline,
                      const struct screen *screen)
{
	if (!sizes_of(timeline)->count)
		return;
	at_line(timeline, screen, timeline->from_ns);
	if (timeline->to_ns != timeline->from_ns)
		at_line(timeline, screen, timeline->to_ns);
}

/* ---- rows ---- */

static const struct figure_column columns[] = {
	{ "resident", 9, 8 },
	{ "anonymous", 10, 9 },
	{ "grew", 10, 9 },
};

/*
 * Whether this entry is the highest size of all. False for every entry if a snapshot was as
 * high.
 */
static bool is_highest(const struct segment_timeline *timeline, size_t number)
{
	const struct size_history *sizes = sizes_of(timeline);
	bool is_size;

	segment_history_peak(&timeline->profile->segments, &is_size);
	return is_size && sizes->entries[number].time_ns == sizes->highest.time_ns;
}

/* Whether a full snapshot was taken at nearly the same time. */
static bool has_snapshot(const struct segment_timeline *timeline, size_t number)
{
	const struct segment_history *history = &timeline->profile->segments;
	uint64_t time_ns = sizes_of(timeline)->entries[number].time_ns;
	uint64_t snapshot_ns = history->snapshots[segment_history_near(history, time_ns)]
	                           .time_ns;
	uint64_t apart_ns = time_ns > snapshot_ns ? time_ns - snapshot_ns
	                                          : snapshot_ns - time_ns;

	return apart_ns <= sizes_of(timeline)->every_ns / 2;
}

/* Print a size, and how much it grew since the row before; the first row grew by nothing. */
static void row_print(const struct segment_timeline *timeline,
                      const struct figures *figures, size_t number,
                      const struct sizes_entry *before)
{
	const struct sizes_entry *entry = &sizes_of(timeline)->entries[number];
	const char *phase = segment_phase(timeline->profile, entry->time_ns);
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES], at[TEXT_NUMBER_BYTES], name[128];

	figures_size(texts[0], entry->resident);
	figures_size(texts[1], entry->resident - entry->shared);
	figures_growth(texts[2], before ? before->resident : entry->resident,
	               entry->resident);
	snprintf(name, sizeof(name), "%s%s%s%s", text_duration(at, entry->time_ns),
	         *phase ? ", " : "", phase, is_highest(timeline, number) ? ", peak" : "");
	figures_name(figures, figures_print(figures, texts), name, false);
}

/* Print `rows` of the `count` entries: the first, the last, the highest, and some between. */
static void rows_print(const struct segment_timeline *timeline,
                       const struct screen *screen, const size_t *numbers, size_t count)
{
	size_t rows = timeline->top && timeline->top < count ? timeline->top : count;
	struct figures figures = figures_of(screen, columns, 3);
	const struct sizes_entry *before = NULL;
	size_t i, j, at, next;

	figures_titles(&figures, "at");
	/*
	 * The rows are spread evenly over the entries, from the first to the last. Between two of
	 * them the highest entry is added, if it lies there: a peak must not get lost by leaving
	 * entries out.
	 */
	for (i = 0; i < rows; i++) {
		at = rows > 1 ? i * (count - 1) / (rows - 1) : 0;
		next = i + 1 < rows ? (i + 1) * (count - 1) / (rows - 1)
		       : rows > 1   ? at + 1
		                    : count;
		for (j = at; j < next; j++) {
			if (j != at && !is_highest(timeline, numbers[j]))
				continue;
			row_print(timeline, &figures, numbers[j], before);
			before = &sizes_of(timeline)->entries[numbers[j]];
		}
	}
	if (rows < count)
		screen_line(screen, 2, "  %zu of %zu sizes (--top 0 shows all)", rows, count);
}

void size_timeline_table(const struct segment_timeline *timeline,
                         const struct screen *screen)
{
	const struct size_history *sizes = sizes_of(timeline);
	size_t *numbers = malloc((sizes->count + 1) * sizeof(*numbers));
	size_t count = 0, i;

	/*
	 * Readings next to a snapshot say nothing new. If memory is out, there is no table: the
	 * rest of the report is still of use.
	 */
	for (i = 0; numbers && i < sizes->count; i++) {
		if (is_highest(timeline, i) || !has_snapshot(timeline, i))
			numbers[count++] = i;
	}
	if (count) {
		screen_heading(screen, "between the snapshots", "the size alone");
		rows_print(timeline, screen, numbers, count);
	}
	free(numbers);
}
