/*
 * segments/history.c - reads all snapshots of a process, and keeps the highest figures of each.
 */
#include "segments/history.h"

#include "base/array.h"
#include "trace/clock.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLES_MAX 16384 /* snapshots kept; 1.6 KB each */
/*
 * How much larger a size must be than the highest snapshot before it counts as the peak: the
 * kernel keeps its counts by processor, so they are not exact.
 */
#define DOUBT_BYTES (UINT64_C(1) << 20)
#define DOUBT_DIVISOR 16

/* Drop every second snapshot, but neither the highest nor a first, last or exec snapshot. */
static void history_thin(struct segment_history *history)
{
	const uint32_t marked = SEGMENTS_FIRST | SEGMENTS_EXEC | SEGMENTS_LAST;
	size_t kept = 0, i;
	bool is_peak;

	for (i = 0; i < history->count; i++) {
		is_peak = history->samples[i].time_ns == history->peak.time_ns;
		if (i % 2 && !is_peak && !(history->samples[i].reasons & marked))
			segment_sample_release(&history->samples[i]);
		else
			history->samples[kept++] = history->samples[i];
	}
	history->count = kept;
}

static void peaks_note(struct segment_history *history,
                       const struct segment_sample *sample)
{
	bool is_only = !history->read && !history->own_count;
	uint64_t time_ns = sample->time_ns;
	size_t i;

	if (is_only || sample->total.rss > history->peak.rss)
		history->peak = (struct segment_peak){ sample->total.rss, time_ns };
	for (i = 0; i < SEGMENT_COUNT; i++) {
		if (is_only || sample->uses[i].rss > history->peaks[i].rss)
			history->peaks[i] = (struct segment_peak){ sample->uses[i].rss, time_ns };
	}
	if (sample->peak_rss > history->kernel_peak)
		history->kernel_peak = sample->peak_rss;
	history->peak_count += !!(sample->reasons & SEGMENTS_PEAK);
	history->same_count += !!(sample->reasons & SEGMENTS_SAME);
}

/* Takes ownership of the snapshot if it returns 0. -1: memory is out. */
static int history_add(struct segment_history *history,
                       const struct segment_sample *sample)
{
	peaks_note(history, sample);
	history->read++;
	if (history->count == SAMPLES_MAX)
		history_thin(history);
	if (array_reserve(history->samples, history->capacity, history->count + 1))
		return -1;
	history->samples[history->count++] = *sample;
	return 0;
}

/* The index changes whenever snapshots are dropped or inserted, so it is found again. */
static void highest_find(struct segment_history *history)
{
	size_t i;

	for (i = 0; i < history->count; i++) {
		if (history->samples[i].time_ns == history->peak.time_ns)
			history->highest = i;
	}
}

int segment_history_insert(struct segment_history *history,
                           const struct segment_sample *sample)
{
	size_t at = history->count;

	if (array_reserve(history->samples, history->capacity, history->count + 1))
		return -1;
	peaks_note(history, sample);
	history->own_count++;
	while (at && history->samples[at - 1].time_ns > sample->time_ns)
		at--;
	memmove(&history->samples[at + 1], &history->samples[at],
	        (history->count - at) * sizeof(*sample));
	history->samples[at] = *sample;
	history->count++;
	highest_find(history);
	return 0;
}

struct samples_reading {
	struct segment_history *history;
	uint64_t start_ns, last_ns; /* of the process; of the snapshot before */
};

/* Read the snapshot in one block. 0; -1 and *error: it is damaged; 1: memory is out. */
static int entry_read(void *context, const uint8_t *payload, size_t bytes,
                      struct error *error)
{
	struct samples_reading *reading = context;
	struct segment_history *history = reading->history;
	uint64_t start_ns = reading->start_ns;
	struct segment_sample sample;
	int result = segment_sample_load(&sample, payload, bytes, error);

	if (!result && sample.time_ns <= reading->last_ns)
		result = error_set(error, "a snapshot is older than the one before it");
	if (!result)
		reading->last_ns = sample.time_ns;
	if (result || sample.is_refused) {
		history->refused += !result;
		segment_sample_release(&sample);
		return result;
	}
	sample.time_ns = sample.time_ns > start_ns ? sample.time_ns - start_ns : 0;
	if (!history_add(history, &sample))
		return 0;
	segment_sample_release(&sample);
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
		spans[i - 1] = history->samples[i].time_ns - history->samples[i - 1].time_ns;
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
		segment_sample_release(&history->samples[i]);
	free(history->samples);
	*history = (struct segment_history){ .count = 0 };
}

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

size_t segment_history_near(const struct segment_history *history, uint64_t time_ns)
{
	size_t low = 0, high = history->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (history->samples[middle].time_ns < time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == history->count)
		return low - 1;
	if (low && time_ns - history->samples[low - 1].time_ns <
	               history->samples[low].time_ns - time_ns)
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
							   header, history->samples[history->count - 1].time_ns));
	if (sizes->count)
		phases_see(phases, process_time_quanta(
							   header, sizes->entries[sizes->count - 1].time_ns));
}
