/*
 * segments/history.c - reads all snapshots of a process, and keeps the highest figures of each.
 */
#include "segments/history.h"

#include "base/array.h"
#include "trace/clock.h"

#include <stdlib.h>
#include <string.h>

/*
 * When there are more, about half are dropped, again and again: so a history of any length
 * takes a bounded amount of memory, and its snapshots get further apart.
 */
#define SAMPLES_MAX 16384 /* snapshots kept; 1.6 KB each */
/*
 * How much larger a size must be than the highest snapshot before it counts as the peak: the
 * kernel keeps its counts by processor, so they are not exact.
 */
#define DOUBT_BYTES (UINT64_C(1) << 20)
#define DOUBT_DIVISOR 16
/* The kernel's peak is one between snapshots if it is higher by one in so many bytes. */
#define PEAK_UNSEEN_SHARE 50

/* Drop every second snapshot, but neither the highest nor a first, last or exec snapshot. */
static void history_thin(struct segment_history *history)
{
	const uint32_t marked = SEGMENTS_FIRST | SEGMENTS_EXEC | SEGMENTS_LAST;
	size_t kept = 0, i;
	bool is_peak;

	for (i = 0; i < history->count; i++) {
		is_peak = history->snapshots[i].time_ns == history->peak.time_ns;
		if (i % 2 && !is_peak && !(history->snapshots[i].reasons & marked))
			segment_snapshot_release(&history->snapshots[i]);
		else
			history->snapshots[kept++] = history->snapshots[i];
	}
	history->count = kept;
}

/*
 * Update the highest figures. Called for every snapshot before any is dropped, so that the
 * peaks are those of all snapshots. The first one sets all peaks, even those of 0 bytes, so
 * that each has a time; of equal ones the first counts.
 */
static void peaks_add(struct segment_history *history,
                      const struct segment_snapshot *snapshot)
{
	bool is_only = !history->read && !history->own_count;
	uint64_t time_ns = snapshot->time_ns;
	size_t i;

	if (is_only || snapshot->total.rss > history->peak.rss)
		history->peak = (struct segment_peak){ snapshot->total.rss, time_ns };
	for (i = 0; i < SEGMENT_COUNT; i++) {
		if (is_only || snapshot->uses[i].rss > history->peaks[i].rss)
			history->peaks[i] = (struct segment_peak){ snapshot->uses[i].rss, time_ns };
	}
	if (snapshot->peak_rss > history->kernel_peak)
		history->kernel_peak = snapshot->peak_rss;
	history->peak_count += !!(snapshot->reasons & SEGMENTS_PEAK);
	history->same_count += !!(snapshot->reasons & SEGMENTS_SAME);
}

/* Takes ownership of the snapshot if it returns 0. -1: memory is out. */
static int history_add(struct segment_history *history,
                       const struct segment_snapshot *snapshot)
{
	peaks_add(history, snapshot);
	history->read++;
	if (history->count == SAMPLES_MAX)
		history_thin(history);
	if (array_reserve(history->snapshots, history->capacity, history->count + 1))
		return -1;
	history->snapshots[history->count++] = *snapshot;
	return 0;
}

/* The index changes whenever snapshots are dropped or inserted, so it is found again. */
static void highest_find(struct segment_history *history)
{
	size_t i;

	for (i = 0; i < history->count; i++) {
		if (history->snapshots[i].time_ns == history->peak.time_ns)
			history->highest = i;
	}
}

/*
 * Moves all later snapshots up, since those that are inserted are few. One with a time that is
 * there already comes after the other.
 */
int segment_history_insert(struct segment_history *history,
                           const struct segment_snapshot *snapshot)
{
	size_t at = history->count;

	if (array_reserve(history->snapshots, history->capacity, history->count + 1))
		return -1;
	peaks_add(history, snapshot);
	history->own_count++;
	while (at && history->snapshots[at - 1].time_ns > snapshot->time_ns)
		at--;
	memmove(&history->snapshots[at + 1], &history->snapshots[at],
	        (history->count - at) * sizeof(*snapshot));
	history->snapshots[at] = *snapshot;
	history->count++;
	highest_find(history);
	return 0;
}

struct samples_reading {
	struct segment_history *history;
	uint64_t start_ns, last_ns; /* of the process; of the snapshot before */
};

/*
 * Read the snapshot in one block. 0; -1 and *error: it is damaged; 1: memory is out. An empty
 * snapshot is no damage: it records that the process could not be read then. Times become times
 * since the start; the order is checked on the times in the trace.
 */
static int entry_read(void *context, const uint8_t *payload, size_t bytes,
                      struct error *error)
{
	struct samples_reading *reading = context;
	struct segment_history *history = reading->history;
	uint64_t start_ns = reading->start_ns;
	struct segment_snapshot snapshot;
	int result = segment_snapshot_load(&snapshot, payload, bytes, error);

	if (!result && snapshot.time_ns <= reading->last_ns)
		result = error_set(error, "a snapshot is older than the one before it");
	if (!result)
		reading->last_ns = snapshot.time_ns;
	if (result || snapshot.is_refused) {
		history->refused += !result;
		segment_snapshot_release(&snapshot);
		return result;
	}
	snapshot.time_ns = snapshot.time_ns > start_ns ? snapshot.time_ns - start_ns : 0;
	if (!history_add(history, &snapshot))
		return 0;
	segment_snapshot_release(&snapshot);
	return 1;
}

static int span_compare(const void *one, const void *two)
{
	const uint64_t *a = one, *b = two;

	return *a < *b ? -1 : *a > *b;
}

/* The median time between two snapshots. */
static uint64_t interval_find(const struct segment_history *history)
{
	uint64_t *spans, middle;
	size_t i;

	if (history->count < 2)
		return 0;
	spans = malloc((history->count - 1) * sizeof(*spans));
	if (!spans)
		return 0;
	for (i = 1; i < history->count; i++)
		spans[i - 1] = history->snapshots[i].time_ns -
		               history->snapshots[i - 1].time_ns;
	qsort(spans, history->count - 1, sizeof(*spans), span_compare);
	/* The median, not the mean: a process that has grown gets extra snapshots. */
	middle = spans[(history->count - 1) / 2];
	free(spans);
	return middle;
}

int segment_history_read(struct segment_history *history, struct trace_reader *reader,
                         const struct trace_process *process)
{
	struct samples_reading reading = { history, process->header.start_ns, 0 };
	int result;

	*history = (struct segment_history){ .count = 0 };
	result = trace_reader_payloads(reader, &process->segments, entry_read, &reading);
	highest_find(history);
	history->interval_ns = interval_find(history);
	return result ? -1 : 0;
}

void segment_history_release(struct segment_history *history)
{
	size_t i;

	for (i = 0; i < history->count; i++)
		segment_snapshot_release(&history->snapshots[i]);
	free(history->snapshots);
	*history = (struct segment_history){ .count = 0 };
}

/*
 * The doubt is a sixteenth of the peak, but 1 MiB at most: below that, a size reading that is
 * higher than all snapshots may just be an inexact count.
 */
struct segment_peak segment_history_peak(const struct segment_history *history,
                                         bool *is_size)
{
	const struct sizes_entry *highest = &history->sizes.highest;
	uint64_t doubt = history->peak.rss / DOUBT_DIVISOR;

	*is_size = history->sizes.count &&
	           highest->resident >
	               history->peak.rss + (doubt < DOUBT_BYTES ? doubt : DOUBT_BYTES);
	if (!*is_size)
		return history->peak;
	return (struct segment_peak){ highest->resident, highest->time_ns };
}

uint64_t segment_history_peak_bytes(const struct segment_history *history,
                                    bool *is_between)
{
	bool is_size;
	uint64_t rss = segment_history_peak(history, &is_size).rss;

	*is_between = history->kernel_peak > rss + rss / PEAK_UNSEEN_SHARE;
	return *is_between ? history->kernel_peak : rss;
}

/* Two thirds of the peak are most of it. */
bool segment_history_peak_is_far(const struct segment_history *history)
{
	bool is_between;
	uint64_t bytes = segment_history_peak_bytes(history, &is_between);

	return history->peak.rss / 2 < bytes / 3;
}

/*
 * Finds the first snapshot that is not earlier, then compares it with the one before. If both
 * are equally near, the later one is returned.
 */
size_t segment_history_near(const struct segment_history *history, uint64_t time_ns)
{
	size_t low = 0, high = history->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (history->snapshots[middle].time_ns < time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == history->count)
		return low - 1;
	if (low && time_ns - history->snapshots[low - 1].time_ns <
	               history->snapshots[low].time_ns - time_ns)
		low--;
	return low;
}

void segment_history_see(const struct segment_history *history, struct phases *phases,
                         const struct ring_header *header)
{
	const struct size_history *sizes = &history->sizes;

	if (!process_is_calibrated(header))
		return;
	if (history->count)
		phases_see(phases, process_time_quanta(
							   header, history->snapshots[history->count - 1].time_ns));
	if (sizes->count)
		phases_see(phases, process_time_quanta(
							   header, sizes->entries[sizes->count - 1].time_ns));
}
