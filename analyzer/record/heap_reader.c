/* record/heap_reader.c - reads which pages of libc's heap are in memory, from outside. */
#include "record/heap_reader.h"

#include "base/kernel_clock.h"
#include "base/page.h"
#include "base/text.h"
#include "process/memory.h"
#include "record_format.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRIES 4096 /* of pagemap, read by one system call */
/* glibc, malloc/arena.c and malloc.c */
#define HEAP_BYTES (UINT64_C(64) << 20)
#define ARENA_OFFSET_MAX 256 /* of an arena in its first heap */
#define TOP_OFFSET 96        /* of `top` in struct malloc_state */
#define SPARSE_BYTES_MIN (UINT64_C(1) << 30)
#define SPARSE_DIVISOR 64

struct heap_reading {
	const struct segments *segments;
	struct process_memory memory;
	int pagemap;
	struct text payload;
	uint32_t part_count;
	uint64_t pages; /* in memory */
	uint64_t entries[ENTRIES];
};

/* The runs of one part, while they are found. */
struct heap_runs {
	struct text bytes;
	uint32_t length, count; /* of the current run; of all runs */
	bool is_present;
};

static int run_end(struct heap_runs *runs)
{
	int result = text_add(&runs->bytes, (const char *)&runs->length,
	                      sizeof(runs->length));

	runs->count++;
	runs->length = 0;
	runs->is_present = !runs->is_present;
	return result;
}

/* Find the runs of [start, end). 0; or -1: they cannot be read, or memory is out. */
static int runs_read(struct heap_reading *reading, struct heap_runs *runs,
                     uint64_t start, uint64_t end)
{
	uint64_t at, count, i;
	ssize_t bytes;
	bool is_present;

	for (at = start; at < end; at += count * PAGE) {
		count = (end - at) / PAGE < ENTRIES ? (end - at) / PAGE : ENTRIES;
		bytes = (ssize_t)(count * sizeof(uint64_t));
		if (pread(reading->pagemap, reading->entries, (size_t)bytes,
		          (off_t)(at / PAGE * sizeof(uint64_t))) != bytes)
			return -1;
		for (i = 0; i < count; i++) {
			is_present = reading->entries[i] & PAGEMAP_PRESENT;
			if (is_present != runs->is_present && run_end(runs))
				return -1;
			runs->length++;
			reading->pages += is_present;
		}
	}
	return run_end(runs);
}

static int part_add(struct heap_reading *reading, struct heap_part part)
{
	static const char zeros[8] = "";
	struct heap_runs runs = { .length = 0 };
	int result = runs_read(reading, &runs, part.start, part.end);

	part.run_count = runs.count;
	if (!result)
		result = text_add(&reading->payload, (const char *)&part, sizeof(part)) ||
		         text_add(&reading->payload, runs.bytes.data, runs.bytes.bytes) ||
		         text_add(&reading->payload, zeros, -runs.bytes.bytes & 7);
	text_release(&runs.bytes);
	reading->part_count++;
	return result ? -1 : 0;
}

/*
 * Whether a heap of a thread's arena begins at an address, by the first words of struct
 * heap_info: its arena, and the heap before it. Fills in arena and top of *part.
 */
static bool arena_find(const struct heap_reading *reading, uint64_t at,
                       struct heap_part *part)
{
	struct word_pair head, top;
	uint64_t offset;

	if (!process_memory_is_present(&reading->memory, at) ||
	    !process_memory_read(&reading->memory, at, &head))
		return false;
	offset = head.words[0] % HEAP_BYTES;
	if (!offset || offset > ARENA_OFFSET_MAX || offset % 8 ||
	    head.words[1] % HEAP_BYTES || (!head.words[1] && head.words[0] - offset != at))
		return false;
	part->arena = head.words[0];
	part->top = 0;
	if (process_memory_read(&reading->memory, part->arena + TOP_OFFSET, &top) &&
	    !(top.words[0] % 16))
		part->top = top.words[0];
	return true;
}

/*
 * Heaps are mapped as they fill. A mapping that is large and nearly empty is something else, such
 * as the terabytes of a sanitizer's shadow, and reading its pages would take long.
 */
static bool is_sparse(const struct mapping *mapping)
{
	uint64_t bytes = mapping->end - mapping->start;

	return bytes > SPARSE_BYTES_MIN && mapping->use.rss < bytes / SPARSE_DIVISOR;
}

/* Add the parts of a mapping: [heap], or the heaps of arenas in it. 0, or -1. */
static int mapping_add(struct heap_reading *reading, const struct mapping *mapping)
{
	struct heap_part part = { .start = mapping->start, .end = mapping->end };
	uint64_t at;

	if (!strcmp(mapping->name, "[heap]"))
		return part_add(reading, part);
	if (mapping->name[0] || mapping->inode ||
	    mapping->access != (MAPPING_READ | MAPPING_WRITE) || is_sparse(mapping))
		return 0;
	at = (mapping->start + HEAP_BYTES - 1) & ~(HEAP_BYTES - 1);
	for (; at < mapping->end; at += HEAP_BYTES) {
		if (!arena_find(reading, at, &part))
			continue;
		part.start = at;
		part.end = mapping->end - at < HEAP_BYTES ? mapping->end : at + HEAP_BYTES;
		if (part_add(reading, part))
			return -1;
	}
	return 0;
}

struct segment_packet *heap_packet_read(const struct segments *segments, int pagemap,
                                        uint32_t process, uint64_t *pages)
{
	const struct process_maps *maps = &segments->maps;
	struct heap_sample sample = { .time_ns = 0 };
	struct heap_reading *reading = calloc(1, sizeof(*reading));
	struct segment_packet *packet = calloc(1, sizeof(*packet));
	int result = -1;
	size_t i;

	*pages = 0;
	if (reading && packet) {
		reading->segments = segments;
		reading->memory = process_memory_open(segments->pid);
		reading->pagemap = pagemap;
		result = text_add(&reading->payload, (const char *)&sample, sizeof(sample));
		for (i = 0; i < maps->count && !result; i++)
			result = mapping_add(reading, &maps->mappings[i]);
		process_memory_close(&reading->memory);
	}
	if (result || !reading->part_count) {
		if (reading)
			text_release(&reading->payload);
		free(reading);
		free(packet);
		return NULL;
	}
	/*
	 * What is not live by now is free: so no page is taken for free whose block was only born
	 * while the pages were read.
	 */
	sample.time_ns = kernel_now_ns();
	sample.part_count = reading->part_count;
	memcpy(reading->payload.data, &sample, sizeof(sample));
	*packet = (struct segment_packet){ .type = BLOCK_HEAP,
		                               .process = process,
		                               .time_ns = sample.time_ns,
		                               .bytes = reading->payload.bytes,
		                               .payload = (uint8_t *)reading->payload.data };
	*pages = reading->pages;
	free(reading);
	return packet;
}
