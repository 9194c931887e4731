/* segments/size_history.c - reads all size readings of a process. */
#include "segments/size_history.h"

#include "base/array.h"

#include <stdbool.h>
#include <stdlib.h>

/* With more, every second one is dropped, again and again. */
#define ENTRIES_MAX (1u << 19) /* entries kept: 16 MiB */

/* Drop every second entry, but not the highest. */
static void history_thin(struct size_history *history)
{
	bool has_highest = false, is_highest;
	size_t kept = 0, i;

	for (i = 0; i < history->count; i++) {
		is_highest = !has_highest &&
		             history->entries[i].time_ns == history->highest.time_ns &&
		             history->entries[i].resident == history->highest.resident;
		has_highest |= is_highest;
		if (i % 2 == 0 || is_highest)
			history->entries[kept++] = history->entries[i];
	}
	history->count = kept;
}

/* 0, or -1: memory is out. */
static int history_add(struct size_history *history, const struct sizes_entry *entry)
{
	if (history->count == ENTRIES_MAX)
		history_thin(history);
	if (array_reserve(history->entries, history->capacity, history->count + 1))
		return -1;
	if (!history->count || entry->resident > history->highest.resident)
		history->highest = *entry;
	history->entries[history->count++] = *entry;
	return 0;
}

struct sizes_reading {
	struct size_history *history;
	uint64_t start_ns, last_ns; /* of the process; of the entry before */
};

/* Read the entries of one block. 0; -1 and *error: it is damaged; 1: memory is out. */
static int block_read(void *context, const uint8_t *payload, size_t bytes,
                      struct error *error)
{
	struct sizes_reading *reading = context;
	struct size_history *history = reading->history;
	uint64_t start_ns = reading->start_ns;
	struct sizes_batch batch;
	struct sizes_entry entry;
	size_t i;

	if (sizes_batch_load(&batch, payload, bytes, reading->last_ns, error))
		return -1;
	for (i = 0; i < batch.count; i++) {
		entry = sizes_batch_entry(payload, i);
		reading->last_ns = entry.time_ns;
		entry.time_ns = entry.time_ns > start_ns ? entry.time_ns - start_ns : 0;
		if (history_add(history, &entry))
			return 1;
	}
	history->readings += batch.readings;
	if (batch.every_ns > history->every_ns)
		history->every_ns = batch.every_ns;
	if (batch.longest_ns > history->longest_ns)
		history->longest_ns = batch.longest_ns;
	return 0;
}

/* The reading keeps last_ns from block to block: times must increase over all of them. */
int size_history_read(struct size_history *history, struct trace_reader *reader,
                      const struct trace_process *process)
{
	struct sizes_reading reading = { history, process->header.start_ns, 0 };

	*history = (struct size_history){ .count = 0 };
	return trace_reader_payloads(reader, &process->sizes, block_read, &reading) ? -1
	                                                                            : 0;
}

void size_history_release(struct size_history *history)
{
	free(history->entries);
	*history = (struct size_history){ .count = 0 };
}

/* Like segment_history_near(): of two entries that are equally near, the later one. */
size_t size_history_near(const struct size_history *history, uint64_t time_ns)
{
	size_t low = 0, high = history->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (history->entries[middle].time_ns < time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == history->count)
		return low - 1;
	if (low && time_ns - history->entries[low - 1].time_ns <
	               history->entries[low].time_ns - time_ns)
		low--;
	return low;
}

/*
 * Readings of an unchanged size are stored as their first and last only, so that the nearest
 * entry may be far from a time at which the size was known all the same.
 */
struct sizes_entry size_history_at(const struct size_history *history, uint64_t time_ns)
{
	size_t near = size_history_near(history, time_ns);
	struct sizes_entry entry = history->entries[near];
	const struct sizes_entry *other = NULL;

	if (entry.time_ns > time_ns && near)
		other = &history->entries[near - 1];
	else if (entry.time_ns < time_ns && near + 1 < history->count)
		other = &history->entries[near + 1];
	if (other && sizes_entry_is_alike(&entry, other))
		entry.time_ns = time_ns;
	return entry;
}
