/*
 * go/heap.c - Go's buckets become definitions.
 *
 * Source: runtime/mprof.go. Buckets are never freed, and nothing in them but their counts changes
 * once they are in the list. They are read by system calls: should one be elsewhere than thought,
 * the reading ends, and nothing else.
 */
#include "go/heap.h"

#include <string.h>

#include "record_format.h"
#include "ring/definitions.h"
#include "ring/ring.h"
#include "system/clock.h"
#include "system/system.h"

#define RATE_OF_GO (UINT64_C(512) << 10) /* unless the program sets another */
#define RECORD_BYTES 16384
#define ROOM_SHARE \
	16 /* the part of a flight recorder's ring that the records may take */
#define BUCKETS_MAX (UINT64_C(1) << 22)
#define PCS_MAX GO_HEAP_PCS_MAX /* runtime.maxProfStackDepth */
static_assert(GO_RUNTIMES_MAX <= GO_HEAP_RUNTIMES_MAX, "each has a number");
#define CYCLES 4 /* active, and three of the future */
#define VARINT_BYTES 10
#define BUCKET_BYTES_MAX ((GO_HEAP_COUNTS + 1 + PCS_MAX) * VARINT_BYTES)
static_assert(BUCKET_BYTES_MAX + sizeof(struct go_heap_definition) + 8 < RECORD_BYTES,
              "a record has room for a bucket");

/* Words of a bucket's header (runtime.bucket). */
enum {
	BUCKET_NEXT = 1, /* in the list of all */
	BUCKET_TYPE = 2,
	BUCKET_SIZE = 4, /* of each object */
	BUCKET_PCS = 5,  /* how many follow the header */
	BUCKET_WORDS = 6,
};
#define BUCKET_OF_HEAP 1
#define WINDOW_BYTES 16384
#define WINDOW_BEFORE 8192 /* the next bucket is mostly below */
#define ENTRY_BYTES_MAX (BUCKET_WORDS * 8 + PCS_MAX * 8 + CYCLES * 32)

/* Between two readings: */
#define EVERY_NS UINT64_C(1000000000)
#define COST_SHARE 100 /* of the time */
#define AGE_SHARE 256  /* of the time since the first */

static uint64_t wanted_rate;
static int first_filter_mode;    /* when the first runtime was found */
static uint64_t first_ns;        /* CLOCK_MONOTONIC: when readings now and then began */
static _Atomic uint64_t next_ns; /* not before; 0: none yet */

/* One writer at a time: see definitions_enter(). */
static uint8_t window[WINDOW_BYTES], entry[ENTRY_BYTES_MAX];
static uintptr_t window_start; /* 0: nothing is in it */

struct heap_writer {
	struct go_heap_definition *record; /* being filled; NULL: none */
	uint32_t used_bytes;               /* of it */
	uint32_t number;                   /* of the next record */
	uint64_t room_bytes, time, rate;
	uint64_t last_pc; /* in this record */
	uint32_t cycle, runtime;
};

/* ---- the rate --------------------------------------------------------------------- */

void go_heap_want(uint64_t rate)
{
	wanted_rate = rate;
}

void go_heap_switch_on(const struct go_runtime *runtime)
{
	const struct go_heap_code *heap = &runtime->heap;
	volatile uint64_t *rate = (volatile uint64_t *)heap->rate;
	volatile uint8_t *disabled = (volatile uint8_t *)heap->disabled;

	if (runtime == go_runtimes)
		first_filter_mode = system_filter_mode();
	if (!wanted_rate || !heap->rate)
		return;
	/* 0 is the linker's doing, if it has set the flag; a program has a reason for it. */
	if (*rate == RATE_OF_GO || (!*rate && *disabled && !heap->is_set_late))
		*rate = wanted_rate;
	*disabled = 0;
}

void go_heap_switch_on_late(void)
{
	uint32_t count = atomic_load_explicit(&go_runtime_count, memory_order_acquire);

	if (!wanted_rate || !count)
		return;
	for (uint32_t i = 0; i < count; i++) {
		static bool is_done[GO_RUNTIMES_MAX];
		const struct go_heap_code *heap = &go_runtimes[i].heap;
		volatile uint64_t *rate = (volatile uint64_t *)heap->rate;

		if (!heap->rate || !heap->is_set_late || is_done[i] || !*rate)
			continue;
		is_done[i] = true;
		if (*rate == RATE_OF_GO)
			*rate = wanted_rate;
	}
}

bool go_heap_is_filtered(void)
{
	return system_filter_mode() != first_filter_mode;
}

/* ---- reading ------------------------------------------------------------------------ */

/* Copy memory of Go's. False: it is not there. */
static bool copy(void *to, uintptr_t from, size_t size_bytes)
{
	if (window_start && from >= window_start &&
	    from + size_bytes <= window_start + WINDOW_BYTES) {
		memcpy(to, window + (from - window_start), size_bytes);
		return true;
	}
	window_start = (from - WINDOW_BEFORE) & ~(ARCH_PAGE_BYTES - 1);
	if (from < 2 * (uintptr_t)WINDOW_BYTES ||
	    !system_copy(window, (const void *)window_start, WINDOW_BYTES))
		window_start = 0;
	if (window_start && from + size_bytes <= window_start + WINDOW_BYTES)
		return copy(to, from, size_bytes);
	return system_copy(to, (const void *)from, size_bytes);
}

static uint64_t entry_word(uint64_t number)
{
	uint64_t word;

	memcpy(&word, entry + 8 * number, sizeof(word));
	return word;
}

/* Copy the bucket at an address into `entry`. False: it is none. */
static bool entry_read(uintptr_t at, const struct go_heap_code *heap)
{
	if (at % 8 || !copy(entry, at, 8 * BUCKET_WORDS) ||
	    entry_word(BUCKET_TYPE) != BUCKET_OF_HEAP || entry_word(BUCKET_PCS) > PCS_MAX ||
	    entry_word(BUCKET_SIZE) >> 47)
		return false;
	return copy(entry + 8 * BUCKET_WORDS, at + 8 * BUCKET_WORDS,
	            8 * entry_word(BUCKET_PCS) + CYCLES * (size_t)heap->cycle_bytes);
}

/* ---- writing ------------------------------------------------------------------------ */

static void put(struct heap_writer *writer, uint64_t value)
{
	uint8_t *at = (uint8_t *)writer->record + writer->used_bytes;

	for (; value >= 0x80; value >>= 7, writer->used_bytes++)
		*at++ = (uint8_t)(value | 0x80);
	*at = (uint8_t)value;
	writer->used_bytes++;
}

static void record_end(struct heap_writer *writer, uint32_t flags)
{
	uint32_t bytes = writer->used_bytes;

	if (!writer->record)
		return;
	memset((char *)writer->record + bytes, 0, 8);
	bytes = (bytes + 7) & ~7u;
	writer->record->header.bytes = (uint16_t)bytes;
	writer->record->flags = flags;
	definition_commit(bytes);
	writer->room_bytes -= bytes;
	writer->record = NULL;
}

/* False: no room. */
static bool record_begin(struct heap_writer *writer)
{
	record_end(writer, 0);
	if (writer->room_bytes >= RECORD_BYTES)
		writer->record = definition_reserve(RECORD_BYTES);
	if (!writer->record)
		return false;
	*writer->record = (struct go_heap_definition){
		.header = { DEFINITION_GO_HEAP, 0, 0, writer->time },
		.first = writer->number++,
		.rate = writer->rate,
		.cycle = writer->cycle,
		.runtime = writer->runtime,
	};
	writer->used_bytes = sizeof(*writer->record);
	writer->last_pc = 0;
	return true;
}

/* Write the bucket that is in `entry`. False: no room. */
static bool bucket_write(struct heap_writer *writer, const struct go_heap_code *heap)
{
	uint64_t pcs = entry_word(BUCKET_PCS), stride = heap->cycle_bytes / 8u;
	uint64_t counts = BUCKET_WORDS + pcs, allocs = 0, frees = 0;

	if (writer->used_bytes + BUCKET_BYTES_MAX + 8 > RECORD_BYTES &&
	    !record_begin(writer))
		return false;
	for (uint64_t i = 0; i < CYCLES; i++) {
		allocs += entry_word(counts + i * stride);
		frees += entry_word(counts + i * stride + 1);
	}
	put(writer, entry_word(BUCKET_SIZE));
	put(writer, allocs);
	put(writer, frees);
	put(writer, entry_word(counts));
	put(writer, entry_word(counts + 1));
	put(writer, pcs);
	for (uint64_t i = 0; i < pcs; i++) {
		uint64_t pc = entry_word(BUCKET_WORDS + i), step = pc - writer->last_pc;

		put(writer, step << 1 ^ (uint64_t)((int64_t)step >> 63));
		writer->last_pc = pc;
	}
	writer->record->count++;
	return true;
}

static void runtime_write(struct heap_writer *writer, const struct go_heap_code *heap)
{
	const volatile uint32_t *cycle = (const volatile uint32_t *)heap->cycle;
	uintptr_t at = atomic_load_explicit((_Atomic uintptr_t *)heap->buckets,
	                                    memory_order_acquire);
	uint32_t flags = GO_HEAP_LAST;
	uint64_t count = 0;

	writer->rate = *(const volatile uint64_t *)heap->rate;
	writer->cycle = *cycle;
	writer->number = 0;
	window_start = 0;
	if (!record_begin(writer))
		return;
	for (; at && count < BUCKETS_MAX; count++) {
		if (!entry_read(at, heap) || !bucket_write(writer, heap))
			break;
		at = entry_word(BUCKET_NEXT);
	}
	if (at)
		flags |= GO_HEAP_CUT;
	if (*cycle != writer->cycle)
		flags |= GO_HEAP_MOVED;
	if (writer->rate && writer->rate != wanted_rate && writer->rate != RATE_OF_GO)
		flags |= GO_HEAP_OWN_RATE;
	record_end(writer, flags);
}

void go_heap_record(uint64_t time)
{
	uint32_t count = atomic_load_explicit(&go_runtime_count, memory_order_acquire);
	struct heap_writer writer = { .time = time, .room_bytes = UINT64_MAX };

	if (!wanted_rate || !count || go_heap_is_filtered())
		return;
	if (*(volatile uint32_t *)&ring.header->policy == RING_FLIGHT)
		writer.room_bytes = ring.mapped_bytes / ROOM_SHARE;
	if (!definitions_enter()) {
		ring_count_loss(LOST_DEFINITIONS, 1);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		writer.runtime = i;
		if (go_runtimes[i].heap.rate)
			runtime_write(&writer, &go_runtimes[i].heap);
	}
	definitions_leave();
}

void go_heap_record_sometimes(void)
{
	uint64_t next = atomic_load_explicit(&next_ns, memory_order_relaxed), now, cost;
	uint64_t apart = EVERY_NS;

	if (!wanted_rate ||
	    !atomic_load_explicit(&go_runtime_count, memory_order_relaxed) ||
	    *(volatile uint32_t *)&ring.header->policy == RING_FLIGHT)
		return;
	now = system_time_ns(CLOCK_MONOTONIC);
	if (now < next || !atomic_compare_exchange_strong(&next_ns, &next, UINT64_MAX))
		return; /* too soon, or another thread does it */
	if (!next) {
		first_ns = now;
	} else {
		go_heap_record(clock_after());
		cost = system_time_ns(CLOCK_MONOTONIC) - now;
		if (cost * COST_SHARE > apart)
			apart = cost * COST_SHARE;
		apart += (now - first_ns) / AGE_SHARE;
	}
	atomic_store_explicit(&next_ns, now + apart, memory_order_relaxed);
}
