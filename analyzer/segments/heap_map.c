/* segments/heap_map.c - reads which pages of libc's heap were in memory. */
#include "segments/heap_map.h"

#include "base/array.h"
#include "trace/clock.h"
#include "trace/definitions.h"

#include <stdlib.h>
#include <string.h>

#define HEAP_AREA_BYTES (UINT64_C(64) << 20) /* glibc, malloc/arena.c: HEAP_MAX_SIZE */
#define ADDRESS_END (UINT64_C(1) << 56)
#define PAGES_MAX (UINT64_C(1) << 26) /* 256 GiB in memory: more is not analysed */

void heap_map_release(struct heap_map *map)
{
	free(map->areas);
	free(map->runs);
	*map = (struct heap_map){ .time = 0 };
}

void heap_maps_release(struct heap_maps *maps)
{
	heap_map_release(&maps->maps[HEAP_LARGEST]);
	heap_map_release(&maps->maps[HEAP_LAST]);
}

/* The area of a part: the one before it, if the part goes on with that; else a new one. */
static int area_add(struct heap_map *map, const struct heap_part *part)
{
	struct heap_area *last = map->area_count ? &map->areas[map->area_count - 1] : NULL;

	if (last && last->end == part->start && last->arena == part->arena &&
	    (!part->arena || part->start % HEAP_AREA_BYTES)) {
		last->end = part->end;
		return 0;
	}
	if (array_reserve(map->areas, map->area_capacity, map->area_count + 1))
		return -1;
	map->areas[map->area_count++] = (struct heap_area){
		.start = part->start, .end = part->end, .arena = part->arena, .top = part->top
	};
	return 0;
}

static int run_add(struct heap_map *map, uint64_t start, uint64_t pages)
{
	if (array_reserve(map->runs, map->run_capacity, map->run_count + 1))
		return -1;
	map->runs[map->run_count++] = (struct heap_run){
		.start = start,
		.end = start + pages * HEAP_PAGE,
		.page = map->pages,
		.area = (uint32_t)(map->area_count - 1),
	};
	map->pages += pages;
	return 0;
}

/* Before anything of a part is used, all of it is checked. */
static int part_check(const struct heap_map *map, const struct heap_part *part,
                      const uint8_t *runs, struct error *error)
{
	uint64_t pages = 0, present = 0;
	uint32_t i, run;

	for (i = 0; i < part->run_count; i++) {
		memcpy(&run, runs + i * sizeof(run), sizeof(run));
		pages += run;
		present += i % 2 ? run : 0;
	}
	if (part->start % HEAP_PAGE || part->end % HEAP_PAGE || part->end <= part->start ||
	    part->end > ADDRESS_END || pages != (part->end - part->start) / HEAP_PAGE ||
	    (map->area_count && part->start < map->areas[map->area_count - 1].end))
		return error_set(
			error, "a part of the heap from %llx to %llx is impossible here",
			(unsigned long long)part->start, (unsigned long long)part->end);
	if (present > PAGES_MAX - map->pages)
		return error_set(error, "a heap of more than %llu pages is not analysed",
		                 (unsigned long long)PAGES_MAX);
	return 0;
}

int heap_map_add(struct heap_map *map, const struct heap_part *part,
                 const uint8_t *runs, struct error *error)
{
	uint64_t at = part->start;
	uint32_t i, run;

	if (part_check(map, part, runs, error))
		return -1;
	if (area_add(map, part))
		return error_set(error, "out of memory for the pages of the heap");
	for (i = 0; i < part->run_count; i++) {
		memcpy(&run, runs + i * sizeof(run), sizeof(run));
		if (i % 2 && run && run_add(map, at, run))
			return error_set(error, "out of memory for the pages of the heap");
		at += run * HEAP_PAGE;
	}
	return 0;
}

size_t heap_map_find(const struct heap_map *map, uint64_t address)
{
	size_t low = 0, high = map->run_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (map->runs[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The top chunk is in the arena's newest heap: the other heaps have none. */
static void tops_settle(struct heap_map *map)
{
	struct heap_area *area;
	size_t i;

	for (i = 0; i < map->area_count; i++) {
		area = &map->areas[i];
		if (area->top < area->start || area->top >= area->end)
			area->top = 0;
	}
}

/* ---- read from outside ---- */

struct heap_reading {
	struct heap_maps *maps;
	const struct ring_header *header;
	uint64_t exit_start; /* quanta */
	/* of the process's own records: */
	struct heap_map own;
	uint64_t own_time;
	uint32_t own_parts;
	bool is_open;
};

/* Keep a map if it is the largest or the last so far. It is released, or moved. */
static void map_offer(struct heap_reading *reading, struct heap_map *map)
{
	struct heap_map *largest = &reading->maps->maps[HEAP_LARGEST];
	struct heap_map *last = &reading->maps->maps[HEAP_LAST];
	bool is_last = map->time >= last->time, is_largest;
	struct heap_map before = *last;

	tops_settle(map);
	if (is_last)
		*last = *map;
	else
		before = *map;
	/* `before` is not the last: it is kept only if it is the largest */
	is_largest = before.pages > largest->pages;
	if (is_largest) {
		heap_map_release(largest);
		*largest = before;
	} else {
		heap_map_release(&before);
	}
	*map = (struct heap_map){ .time = 0 };
}

/* Read one block. 0; -1 and *error: it is damaged. */
static int block_read(void *context, const uint8_t *payload, size_t bytes,
                      struct error *error)
{
	struct heap_reading *reading = context;
	const uint8_t *at = payload + sizeof(struct heap_sample), *end = payload + bytes;
	uint64_t start_ns = reading->header->start_ns, run_bytes;
	struct heap_map map = { .time = 0 };
	struct heap_sample sample;
	struct heap_part part;

	if (bytes < sizeof(sample))
		return error_set(error, "a heap of %zu bytes is impossible", bytes);
	memcpy(&sample, payload, sizeof(sample));
	map.time = process_time_quanta(
		reading->header, sample.time_ns > start_ns ? sample.time_ns - start_ns : 0);
	for (; sample.part_count; sample.part_count--) {
		if ((size_t)(end - at) < sizeof(part))
			break;
		memcpy(&part, at, sizeof(part));
		at += sizeof(part);
		run_bytes = (part.run_count * UINT64_C(4) + 7) & ~UINT64_C(7);
		if ((size_t)(end - at) < run_bytes)
			break;
		if (heap_map_add(&map, &part, at, error)) {
			heap_map_release(&map);
			return -1;
		}
		at += run_bytes;
	}
	if (sample.part_count) {
		heap_map_release(&map);
		return error_set(error, "the pages of a heap are cut short");
	}
	/* What exit handlers leave says nothing of how the program used its heap. */
	if (map.time <= reading->exit_start)
		map_offer(reading, &map);
	heap_map_release(&map);
	return 0;
}

/* ---- written by the process itself ---- */

static int record_take(struct heap_reading *reading, const uint8_t *at, size_t bytes,
                       struct error *error)
{
	struct heap_definition record;

	if (bytes < sizeof(record))
		return error_set(error, "the pages of a heap are cut short");
	memcpy(&record, at, sizeof(record));
	if (record.part.run_count > (bytes - sizeof(record)) / sizeof(uint32_t))
		return error_set(error, "the pages of a heap are cut short");
	if (!record.first) {
		heap_map_release(&reading->own);
		reading->own.time = record.header.time;
		reading->own.is_exit = true;
		reading->own_parts = 0;
		reading->is_open = true;
	}
	if (!reading->is_open || record.first != reading->own_parts++ ||
	    record.header.time != reading->own.time) {
		reading->is_open = false;
		return 0; /* records before it are missing */
	}
	if (heap_map_add(&reading->own, &record.part, at + sizeof(record), error)) {
		reading->is_open = false;
		return -1;
	}
	if (record.is_last) {
		map_offer(reading, &reading->own);
		reading->is_open = false;
	}
	return 0;
}

static int definitions_take(void *context, const uint8_t *data, size_t bytes,
                            struct error *error)
{
	struct definition_cursor cursor = { .data = data, .bytes = bytes };
	int result = 0;

	while (definition_next(&cursor)) {
		if (cursor.header.kind == DEFINITION_HEAP &&
		    record_take(context, cursor.record, cursor.header.bytes,
		                result ? NULL : error))
			result = -1;
	}
	return result;
}

int heap_maps_read(struct heap_maps *maps, struct trace_reader *reader,
                   const struct trace_process *process, uint64_t exit_start)
{
	struct heap_reading reading = { .maps = maps,
		                            .header = &process->header,
		                            .exit_start = exit_start };
	int result;

	*maps = (struct heap_maps){ .maps = { { .time = 0 } } };
	result = trace_reader_payloads(reader, &process->heaps, block_read, &reading);
	trace_reader_definitions(reader, process, definitions_take, &reading);
	heap_map_release(&reading.own);
	if (maps->maps[HEAP_LARGEST].pages <= maps->maps[HEAP_LAST].pages)
		heap_map_release(&maps->maps[HEAP_LARGEST]);
	return result ? -1 : 0;
}
