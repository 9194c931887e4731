/* replay/go_heap.c - reads what Go's sampler has counted. */
#include "replay/go_heap.h"

#include "base/array.h"
#include "record_format.h"
#include "trace/definitions.h"
#include "trace/stack_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MOST (UINT64_C(1) << 47) /* of an object */
#define RATE_MOST INT64_MAX           /* runtime.MemProfileRate is an int */
#define COUNT_MOST (UINT64_C(1) << 62)
#define DECAY_SQUARES 10

struct bucket {
	uint64_t counts[GO_HEAP_COUNTS];
	size_t first; /* in `pcs` */
	uint32_t pc_count;
};

/* The records of one runtime that belong together. */
struct bucket_list {
	struct go_heap_definition head; /* the first record's; flags: the last one's */
	uint32_t records;
	struct bucket *buckets;
	size_t count, capacity;
	uint64_t *pcs;
	size_t pc_count, pc_capacity;
	uint64_t bytes; /* allocated, of all buckets */
};

struct go_heap_reading {
	/* the list that is being read, and the last that was complete */
	struct bucket_list open[GO_HEAP_RUNTIMES_MAX], whole[GO_HEAP_RUNTIMES_MAX];
	uint64_t own_rate_time; /* of the first with GO_HEAP_OWN_RATE; 0: none */
	bool is_damaged;
};

/* What of a record is wrong. */
enum damage { DAMAGE_NONE, DAMAGE_SHORT, DAMAGE_COUNTS, DAMAGE_MEMORY, DAMAGE_RATE };

static const char *const damages[] = {
	[DAMAGE_SHORT] = "it is cut short",
	[DAMAGE_COUNTS] = "its counts are impossible",
	[DAMAGE_MEMORY] = "out of memory for it",
	[DAMAGE_RATE] = "its rate is impossible",
};

static void list_release(struct bucket_list *list)
{
	free(list->buckets);
	free(list->pcs);
	*list = (struct bucket_list){ .count = 0 };
}

void go_heap_release(struct go_heap *heap)
{
	free(heap->locations);
	free(heap->paths);
	*heap = (struct go_heap){ .is_known = false };
}

/* ---- records ------------------------------------------------------------------- */

static enum damage bucket_take(struct bucket_list *list, const uint8_t **at,
                               const uint8_t *end, uint64_t *pc)
{
	struct bucket bucket = { .first = list->pc_count };
	uint64_t pcs, step, bytes;
	size_t i;

	for (i = 0; i < GO_HEAP_COUNTS; i++) {
		if (stack_record_field(at, end, &bucket.counts[i]))
			return DAMAGE_SHORT;
	}
	if (stack_record_field(at, end, &pcs) || pcs > (uint64_t)(end - *at))
		return DAMAGE_SHORT;
	if (pcs > GO_HEAP_PCS_MAX || bucket.counts[GO_HEAP_SIZE] > SIZE_MOST ||
	    bucket.counts[GO_HEAP_FREES] > COUNT_MOST ||
	    bucket.counts[GO_HEAP_ALLOCS_THEN] > bucket.counts[GO_HEAP_ALLOCS] ||
	    __builtin_mul_overflow(bucket.counts[GO_HEAP_SIZE],
	                           bucket.counts[GO_HEAP_ALLOCS], &bytes) ||
	    __builtin_add_overflow(list->bytes, bytes, &list->bytes) ||
	    list->bytes > COUNT_MOST || bucket.counts[GO_HEAP_ALLOCS] > COUNT_MOST)
		return DAMAGE_COUNTS;
	if (array_reserve(list->buckets, list->capacity, list->count + 1) ||
	    array_reserve(list->pcs, list->pc_capacity, list->pc_count + pcs))
		return DAMAGE_MEMORY;
	for (i = 0; i < pcs; i++) {
		if (stack_record_field(at, end, &step))
			return DAMAGE_SHORT;
		*pc += step >> 1 ^ -(step & 1);
		list->pcs[list->pc_count++] = *pc;
	}
	bucket.pc_count = (uint32_t)pcs;
	list->buckets[list->count++] = bucket;
	return DAMAGE_NONE;
}

/* Say which record, and which of its buckets. Returns -1. */
static int damage_tell(enum damage damage, const struct go_heap_definition *record,
                       uint32_t left, struct error *error)
{
	char which[64] = "";

	if (damage != DAMAGE_RATE)
		snprintf(which, sizeof(which), ", bucket %u of %u", record->count - left + 1,
		         record->count);
	return error_set(error,
	                 "the Go heap of runtime %u, read at %" PRIu64
	                 " quanta: record %u%s: %s; this reading is left out",
	                 record->runtime, record->header.time, record->first, which,
	                 damages[damage]);
}

static int record_take(struct go_heap_reading *reading, const uint8_t *at, size_t bytes,
                       struct error *error)
{
	const uint8_t *end = at + bytes;
	struct go_heap_definition record;
	struct bucket_list *list;
	enum damage damage;
	uint32_t left;
	uint64_t pc = 0;

	if (bytes < sizeof(record))
		return error_set(error, "a Go heap is cut short");
	memcpy(&record, at, sizeof(record));
	at += sizeof(record);
	if (record.runtime >= GO_HEAP_RUNTIMES_MAX)
		return error_set(error, "a Go heap is of runtime %u, which cannot be",
		                 record.runtime);
	list = &reading->open[record.runtime];
	if (record.rate > RATE_MOST) {
		list_release(list);
		list->records = UINT32_MAX;
		return damage_tell(DAMAGE_RATE, &record, 0, error);
	}
	if (!record.first) {
		list_release(list);
		list->head = record;
	}
	if (record.first != list->records || record.header.time != list->head.header.time) {
		list_release(list); /* records before it are missing */
		list->records = UINT32_MAX;
		return 0;
	}
	list->records++;
	list->head.flags = record.flags;
	if (record.flags & GO_HEAP_OWN_RATE && !reading->own_rate_time)
		reading->own_rate_time = record.header.time;
	for (left = record.count; left; left--) {
		damage = bucket_take(list, &at, end, &pc);
		if (damage) {
			list_release(list);
			list->records = UINT32_MAX;
			return damage_tell(damage, &record, left, error);
		}
	}
	if (record.flags & GO_HEAP_LAST) {
		list_release(&reading->whole[record.runtime]);
		reading->whole[record.runtime] = *list;
		*list = (struct bucket_list){ .records = UINT32_MAX };
	}
	return 0;
}

static int definitions_take(void *context, const uint8_t *data, size_t bytes,
                            struct error *error)
{
	struct definition_cursor cursor = { .data = data, .bytes = bytes };
	int result = 0;

	while (definition_next(&cursor)) {
		if (cursor.header.kind == DEFINITION_GO_HEAP &&
		    record_take(context, cursor.record, cursor.header.bytes,
		                result ? NULL : error))
			result = -1;
	}
	((struct go_heap_reading *)context)->is_damaged |= result != 0;
	return result;
}

/* ---- sums ---------------------------------------------------------------------- */

/* e to the power of -x, for x >= 0. */
static double decay(double x)
{
	double part = x < 700 ? x / (1 << DECAY_SQUARES) : 0.7, result;
	int i;

	result = 1 - part * (1 - part / 2 * (1 - part / 3 * (1 - part / 4)));
	for (i = 0; i < DECAY_SQUARES; i++)
		result *= result;
	return result;
}

/*
 * How many objects of a size each sample stands for, as runtime/pprof has it. Where the rate is so
 * much larger than the size that 1 - decay() has no digits left, it is their ratio.
 */
static double weight_of(uint64_t size, uint64_t rate)
{
	double share = (double)size / (double)rate;

	if (rate <= 1 || !size)
		return 1;
	return share < 1e-6 ? 1 / share : 1 / (1 - decay(share));
}

static uint64_t times(uint64_t count, double weight)
{
	double product = (double)count * weight;

	if (weight == 1)
		return count;
	return product < (double)COUNT_MOST ? (uint64_t)(product + 0.5) : COUNT_MOST;
}

static uint64_t less(uint64_t from, uint64_t count)
{
	return count < from ? from - count : 0;
}

/* Sums stay what they are where they would become too large. */
static void add(uint64_t *sum, uint64_t count)
{
	if (count <= COUNT_MOST && *sum <= COUNT_MOST)
		*sum += count;
}

/*
 * Whether no collection was completed: then all that was allocated and not freed is in use, as the
 * first runtime.MemProfile() has it. (It sets the counts of the last collection to those.) The
 * first collection is counted when the second ends, or at runtime.GC().
 */
static bool is_uncollected(const struct bucket_list *list)
{
	size_t i;

	for (i = 0; list->head.cycle / 2 && i < list->count; i++) {
		if (list->buckets[i].counts[GO_HEAP_ALLOCS_THEN] ||
		    list->buckets[i].counts[GO_HEAP_FREES_THEN])
			return false;
	}
	return true;
}

static struct go_heap_sum bucket_sum(const struct bucket *bucket, uint64_t rate,
                                     bool is_all)
{
	uint64_t size = bucket->counts[GO_HEAP_SIZE];
	uint64_t then = bucket->counts[GO_HEAP_ALLOCS_THEN];
	uint64_t left = less(then, bucket->counts[GO_HEAP_FREES_THEN]);
	uint64_t in_use = is_all ? less(bucket->counts[GO_HEAP_ALLOCS],
	                                bucket->counts[GO_HEAP_FREES])
	                         : left;
	uint64_t dead = then - left;
	double weight = weight_of(size, rate), bytes = weight * (double)size;
	bool is_exact = weight == 1;

	return (struct go_heap_sum){
		.objects = times(bucket->counts[GO_HEAP_ALLOCS], weight),
		.bytes = is_exact ? bucket->counts[GO_HEAP_ALLOCS] * size
		                  : times(bucket->counts[GO_HEAP_ALLOCS], bytes),
		.freed_objects = times(bucket->counts[GO_HEAP_FREES], weight),
		.freed_bytes = is_exact && bucket->counts[GO_HEAP_FREES] <=
		                               bucket->counts[GO_HEAP_ALLOCS]
		                   ? bucket->counts[GO_HEAP_FREES] * size
		                   : times(bucket->counts[GO_HEAP_FREES], bytes),
		.in_use_objects = times(in_use, weight),
		.in_use_bytes = is_exact ? in_use * size : times(in_use, bytes),
		.dead_objects = times(dead, weight),
		.dead_bytes = is_exact ? dead * size : times(dead, bytes),
	};
}

static void sum_add(struct go_heap_sum *to, const struct go_heap_sum *sum)
{
	add(&to->objects, sum->objects);
	add(&to->bytes, sum->bytes);
	add(&to->freed_objects, sum->freed_objects);
	add(&to->freed_bytes, sum->freed_bytes);
	add(&to->in_use_objects, sum->in_use_objects);
	add(&to->in_use_bytes, sum->in_use_bytes);
	add(&to->dead_objects, sum->dead_objects);
	add(&to->dead_bytes, sum->dead_bytes);
}

/* ---- call paths ------------------------------------------------------------------ */

static int buckets_compare(const void *left, const void *right, void *list)
{
	const struct bucket *a = left, *b = right;
	const uint64_t *pcs = ((const struct bucket_list *)list)->pcs;

	if (a->pc_count != b->pc_count)
		return a->pc_count < b->pc_count ? -1 : 1;
	return a->pc_count
	           ? memcmp(pcs + a->first, pcs + b->first, a->pc_count * sizeof(*pcs))
	           : 0;
}

static int paths_compare(const void *left, const void *right)
{
	const struct go_heap_path *a = left, *b = right;

	if (a->sum.bytes != b->sum.bytes)
		return a->sum.bytes > b->sum.bytes ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

static int path_begin(struct go_heap *heap, struct address_map *map,
                      const struct bucket_list *list, const struct bucket *bucket)
{
	struct go_heap_path path = { heap->location_count, bucket->pc_count, 0, { 0 } };
	uint32_t location, i;

	if (array_reserve(heap->paths, heap->path_capacity, heap->path_count + 1) ||
	    array_reserve(heap->locations, heap->location_capacity,
	                  heap->location_count + bucket->pc_count))
		return -1;
	for (i = 0; i < bucket->pc_count; i++) {
		location = address_map_find(map, list->pcs[bucket->first + i],
		                            list->head.header.time);
		if (location == LOCATION_NONE)
			return -1;
		heap->locations[heap->location_count++] = location;
	}
	heap->paths[heap->path_count++] = path;
	return 0;
}

/* Add what a runtime has counted. 0, or -1: memory is out. */
static int list_add(struct go_heap *heap, struct bucket_list *list,
                    struct address_map *map)
{
	struct go_heap_path *path = NULL;
	bool is_all = is_uncollected(list);
	struct go_heap_sum sum;
	size_t i;

	if (list->count)
		qsort_r(list->buckets, list->count, sizeof(*list->buckets), buckets_compare,
		        list);
	for (i = 0; i < list->count; i++) {
		if (!i || buckets_compare(&list->buckets[i - 1], &list->buckets[i], list)) {
			if (path_begin(heap, map, list, &list->buckets[i]))
				return -1;
			path = &heap->paths[heap->path_count - 1];
		}
		sum = bucket_sum(&list->buckets[i], list->head.rate, is_all);
		add(&path->samples, list->buckets[i].counts[GO_HEAP_ALLOCS]);
		sum_add(&path->sum, &sum);
		sum_add(&heap->total, &sum);
	}
	if (!heap->is_known || list->head.rate > heap->rate)
		heap->rate = list->head.rate;
	heap->is_known = true;
	heap->time = list->head.header.time;
	heap->collections += list->head.cycle / 2;
	heap->is_cut |= !(list->head.flags & GO_HEAP_LAST) ||
	                list->head.flags & GO_HEAP_CUT;
	heap->is_uncollected |= is_all && list->count;
	heap->is_own_rate |= (list->head.flags & GO_HEAP_OWN_RATE) != 0;
	heap->is_moved |= (list->head.flags & GO_HEAP_MOVED) != 0;
	return 0;
}

int go_heap_read(struct go_heap *heap, struct trace_reader *reader,
                 const struct trace_process *process, struct address_map *map)
{
	struct go_heap_reading *reading = calloc(1, sizeof(*reading));
	int result = reading ? 0 : -1;
	size_t i;

	*heap = (struct go_heap){ .is_known = false };
	if (!reading)
		return -1;
	trace_reader_definitions(reader, process, definitions_take, reading);
	for (i = 0; i < GO_HEAP_RUNTIMES_MAX; i++) {
		if (!result && reading->whole[i].records)
			result = list_add(heap, &reading->whole[i], map);
		else if (!result && reading->open[i].count)
			result = list_add(heap, &reading->open[i], map);
		list_release(&reading->open[i]);
		list_release(&reading->whole[i]);
	}
	heap->own_rate_time = reading->own_rate_time;
	heap->is_damaged = reading->is_damaged;
	free(reading);
	if (!result && heap->path_count)
		qsort(heap->paths, heap->path_count, sizeof(*heap->paths), paths_compare);
	return result;
}
