/*
 * self/heap.c - mincore() of libc's heap becomes definitions.
 */
#include "self/heap.h"

#include "ring/definitions.h"
#include "ring/ring.h"
#include "self/maps.h"
#include "self/maps_kind.h"
#include "system/maps_scan.h"
#include "system/system.h"

#define RECORD_BYTES 8192
#define VECTOR_PAGES 4096 /* asked about by one system call */
#define SCAN_NS 50000     /* what reading the mappings costs, about */
#define READS_MAX 1024    /* of heads of heaps: 512 heaps */
#define READS_OF_HEAP 2
#define ROOM_SHARE 32 /* the part of the ring that the records may take */
/* glibc, malloc/arena.c and malloc.c */
#define HEAP_BYTES (UINT64_C(64) << 20)
#define ARENA_OFFSET_MAX 256 /* of an arena in its first heap */
#define TOP_OFFSET 96        /* of `top` in struct malloc_state */

/* One writer at a time: see definitions_enter(). */
static unsigned char vector[VECTOR_PAGES];
static char buffer[4096];

struct heap_writer {
	struct heap_definition *record; /* being filled; NULL: none */
	uint32_t number;                /* of the next part */
	bool is_present; /* whether the pages of the last run are in memory */
	bool is_cut;     /* no room, time or reads are left: pages are missing */
	uint64_t time, room_bytes;
	uint64_t until_ns; /* in the thread's processor time */
	struct heap_part part;
	struct maps_reading reading;
};

static uint32_t *record_runs(const struct heap_writer *writer)
{
	return (uint32_t *)(writer->record + 1);
}

static void record_end(struct heap_writer *writer, bool is_last)
{
	uint32_t bytes;

	if (!writer->record)
		return;
	bytes = (uint32_t)sizeof(*writer->record) +
	        writer->record->part.run_count * (uint32_t)sizeof(uint32_t);
	memset((char *)writer->record + bytes, 0, 8);
	bytes = (bytes + 7) & ~7u;
	writer->record->header.bytes = (uint16_t)bytes;
	writer->record->is_last = is_last;
	definition_commit(bytes);
	writer->room_bytes -= bytes;
	writer->record = NULL;
}

/* Begin a record for the part from `start` on. False: no room. */
static bool record_begin(struct heap_writer *writer, uint64_t start)
{
	record_end(writer, false);
	if (writer->room_bytes >= RECORD_BYTES)
		writer->record = definition_reserve(RECORD_BYTES);
	if (!writer->record) {
		writer->is_cut = true;
		return false;
	}
	*writer->record = (struct heap_definition){
		.header = { DEFINITION_HEAP, 0, 0, writer->time },
		.first = writer->number++,
		.part = writer->part,
	};
	writer->record->part.start = start;
	writer->record->part.end = start;
	writer->record->part.run_count = 1;
	*record_runs(writer) = 0;
	writer->is_present = false;
	return true;
}

/* Add `count` equal pages. False: no room. */
static bool run_add(struct heap_writer *writer, uint64_t at, uint32_t count,
                    bool is_present)
{
	struct heap_part *part = writer->record ? &writer->record->part : NULL;
	uint32_t most = (RECORD_BYTES - sizeof(struct heap_definition) - 8) /
	                sizeof(uint32_t);

	/* A full record ends, and another one goes on with the rest. */
	if (part && is_present != writer->is_present && part->run_count == most)
		part = NULL;
	if (!part && !record_begin(writer, at))
		return false;
	part = &writer->record->part;
	if (is_present != writer->is_present) {
		writer->is_present = is_present;
		record_runs(writer)[part->run_count++] = 0;
	}
	record_runs(writer)[part->run_count - 1] += count;
	part->end = at + count * ARCH_PAGE_BYTES;
	return true;
}

/* Write writer->part. False: its memory is gone, or there is no room or time. */
static bool part_write(struct heap_writer *writer)
{
	uint64_t at = writer->part.start, count, i, first;

	record_end(writer, false);
	for (; at < writer->part.end; at += count * ARCH_PAGE_BYTES) {
		count = (writer->part.end - at) / ARCH_PAGE_BYTES;
		count = count < VECTOR_PAGES ? count : VECTOR_PAGES;
		if (system_time_ns(CLOCK_THREAD_CPUTIME_ID) > writer->until_ns ||
		    system_call(SYS_mincore, (long)at, (long)(count * ARCH_PAGE_BYTES),
		                (long)vector, 0, 0, 0) != 0) {
			writer->is_cut = true;
			return false;
		}
		for (first = i = 0; i < count; first = i) {
			while (i < count && (vector[i] & 1) == (vector[first] & 1))
				i++;
			if (!run_add(writer, at + first * ARCH_PAGE_BYTES, (uint32_t)(i - first),
			             vector[first] & 1))
				return false;
		}
	}
	return true;
}

/*
 * Whether a heap of a thread's arena begins at an address, by the first words of struct
 * heap_info: its arena, and the heap before it. Fills in arena and top of writer->part.
 */
static bool arena_find(struct heap_writer *writer, uint64_t at)
{
	uint64_t head[2], top[2];

	if (!maps_reading_words(&writer->reading, at, head) ||
	    head[0] % HEAP_BYTES > ARENA_OFFSET_MAX || !(head[0] % HEAP_BYTES) ||
	    head[0] % 8 || head[1] % HEAP_BYTES ||
	    (!head[1] && head[0] / HEAP_BYTES != at / HEAP_BYTES))
		return false;
	writer->part.arena = head[0];
	writer->part.top = 0;
	if (maps_reading_words(&writer->reading, head[0] + TOP_OFFSET, top) &&
	    !(top[0] % 16))
		writer->part.top = top[0];
	return true;
}

static bool mapping_write(void *context, const struct maps_mapping *mapping)
{
	struct heap_writer *writer = context;
	uint64_t at;

	if (!mapping->readable || !mapping->writable || mapping->executable)
		return true;
	writer->part = (struct heap_part){ .start = mapping->start, .end = mapping->end };
	if (!memcmp(mapping->tail + 2, "[heap]", 6))
		return part_write(writer);
	if (memcmp(mapping->tail + 5, " 0 ", 3) != 0) /* a file, or it has a name */
		return true;
	at = (mapping->start + HEAP_BYTES - 1) & ~(HEAP_BYTES - 1);
	for (; at < mapping->end; at += HEAP_BYTES) {
		if (writer->reading.pieces_left < READS_OF_HEAP) {
			writer->is_cut = true;
			return false;
		}
		if (!arena_find(writer, at))
			continue;
		writer->part.start = at;
		writer->part.end = mapping->end - at < HEAP_BYTES ? mapping->end
		                                                  : at + HEAP_BYTES;
		if (!part_write(writer))
			return false;
	}
	return true;
}

void heap_record(uint64_t time)
{
	struct heap_writer writer = { .time = time,
		                          .room_bytes = ring.mapped_bytes / ROOM_SHARE };
	uint64_t allowed_ns = maps_allowance_ns(), begun_ns;

	/* A filter may end the process for mincore(), and heaps of threads could not be read. */
	if (allowed_ns < SCAN_NS || system_filter_mode())
		return;
	if (!definitions_enter()) {
		ring_count_loss(LOST_DEFINITIONS, 1);
		return;
	}
	begun_ns = system_time_ns(CLOCK_THREAD_CPUTIME_ID);
	writer.until_ns = begun_ns + allowed_ns;
	writer.reading = maps_reading_begin(READS_MAX);
	if (!maps_scan(buffer, sizeof(buffer), mapping_write, &writer))
		writer.is_cut = true;
	maps_reading_end(&writer.reading);
	record_end(&writer, !writer.is_cut);
	maps_spend(system_time_ns(CLOCK_THREAD_CPUTIME_ID) - begun_ns);
	definitions_leave();
}
