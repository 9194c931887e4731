/* segments/snapshot.c - makes, encodes and decodes one snapshot of a process. */
#include "segments/snapshot.h"

#include "process/runtimes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * What is saved at most, and what is accepted when it is loaded. A later version may save more,
 * so that the second limits are higher: they only bound memory if a trace is damaged.
 */
#define STACKS_SAVED_MAX 1024 /* with more, stacks would fill the trace */
#define SPANS_SAVED_MAX 128
#define SPANS_LOADED_MAX 4096
#define SEGMENTS_LOADED_MAX 256
#define STACKS_LOADED_MAX (1u << 20)
#define BYTES_MAX (UINT64_C(1) << 57) /* of an address space; sums of these fit */

static_assert(SEGMENT_CODE == 0 && SEGMENT_HEAP == 4 && SEGMENT_STACK == 5 &&
                  SEGMENT_KERNEL == 11 && SEGMENT_OTHER == 14 && SEGMENT_COUNT == 15,
              "numbers of segments in a trace");
/* Both structures hold the same twelve sizes in the same order. */
#define USE_FIELDS 12
static_assert(sizeof(struct memory_use) == USE_FIELDS * 8 &&
                  sizeof(struct segments_use) - offsetof(struct segments_use, size) ==
                      sizeof(struct memory_use),
              "sizes of a segment");

/* ---- mappings that may have two owners ---- */

static int span_by_rss(const void *one, const void *two)
{
	const struct large_span *a = one, *b = two;

	if (a->rss != b->rss)
		return a->rss > b->rss ? -1 : 1;
	return a->start < b->start ? -1 : a->start > b->start;
}

static int span_by_address(const void *one, const void *two)
{
	const struct large_span *a = one, *b = two;

	return a->start < b->start ? -1 : a->start > b->start;
}

/*
 * Whether a mapping may be malloc's although it was not classified as heap: private writable
 * memory without a name that is large enough for a large block.
 */
static bool is_span(const struct segments *segments, size_t i)
{
	const unsigned both = MAPPING_READ | MAPPING_WRITE;
	const struct mapping *mapping = &segments->maps.mappings[i];

	return mapping->access == both && !mapping->inode && !mapping->name[0] &&
	       mapping->end - mapping->start >= LARGE_BLOCK_BYTES &&
	       segments->of_mapping[i] != SEGMENT_HEAP;
}

int segment_spans_make(struct large_spans *spans, const struct segments *segments)
{
	const struct mapping *mapping;
	size_t count = 0, i;

	*spans = (struct large_spans){ NULL, 0 };
	for (i = 0; i < segments->maps.count; i++)
		count += is_span(segments, i);
	if (!count)
		return 0;
	spans->spans = calloc(count, sizeof(*spans->spans));
	if (!spans->spans)
		return -1;
	for (i = 0; i < segments->maps.count; i++) {
		if (!is_span(segments, i))
			continue;
		mapping = &segments->maps.mappings[i];
		spans->spans[spans->count++] = (struct large_span){
			.start = mapping->start,
			.end = mapping->end,
			.rss = mapping->use.rss,
			.segment = segments->of_mapping[i],
			.tid = segments->thread_of[i]
			           ? (uint32_t)segments->threads.threads[segments->thread_of[i] - 1]
			                 .tid
			           : 0,
		};
	}
	/* Keep those with the most resident memory: what they may contain matters most. */
	if (count > SPANS_SAVED_MAX) {
		qsort(spans->spans, count, sizeof(*spans->spans), span_by_rss);
		spans->count = SPANS_SAVED_MAX;
		qsort(spans->spans, spans->count, sizeof(*spans->spans), span_by_address);
	}
	return 0;
}

/*
 * *segments may be reused for the next snapshot: everything that is kept is copied. Stacks come
 * in the order of their addresses; mappings without a thread have no row.
 */
int segment_snapshot_make(struct segment_snapshot *snapshot,
                          const struct segments *segments)
{
	const struct process_thread *thread;
	struct segment_stack *stack;
	size_t i;

	*snapshot = (struct segment_snapshot){
		.pid = (uint32_t)segments->pid,
		.mapping_count = (uint32_t)segments->maps.count,
		.thread_count = (uint32_t)segments->threads.count,
		.total = segments->total,
		.runtimes = module_runtimes(&segments->modules),
	};
	memcpy(snapshot->uses, segments->sums, sizeof(snapshot->uses));
	for (i = 0; i < SEGMENT_COUNT; i++)
		snapshot->mappings[i] = (uint32_t)segments->mappings[i];
	snapshot->stacks = calloc(segments->threads.count + 1, sizeof(*snapshot->stacks));
	if (!snapshot->stacks || segment_spans_make(&snapshot->spans, segments))
		return -1;
	for (i = 0; i < segments->maps.count && snapshot->stack_count < STACKS_SAVED_MAX;
	     i++) {
		if (!segments->thread_of[i] || snapshot->stack_count >= segments->threads.count)
			continue;
		thread = &segments->threads.threads[segments->thread_of[i] - 1];
		stack = &snapshot->stacks[snapshot->stack_count++];
		stack->tid = (uint32_t)thread->tid;
		memcpy(stack->name, thread->name, sizeof(stack->name));
		stack->size = segments->maps.mappings[i].use.size;
		stack->rss = segments->maps.mappings[i].use.rss;
	}
	return 0;
}

void segment_snapshot_release(struct segment_snapshot *snapshot)
{
	free(snapshot->stacks);
	snapshot->stacks = NULL;
	snapshot->stack_count = 0;
	free(snapshot->spans.spans);
	snapshot->spans = (struct large_spans){ NULL, 0 };
}

static int spans_save(const struct large_spans *spans, struct text *payload)
{
	struct segments_span span;
	size_t i;

	for (i = 0; i < spans->count; i++) {
		span = (struct segments_span){ .start = spans->spans[i].start,
			                           .end = spans->spans[i].end,
			                           .rss = spans->spans[i].rss,
			                           .segment = spans->spans[i].segment,
			                           .tid = spans->spans[i].tid };
		if (text_add(payload, (const char *)&span, sizeof(span)))
			return -1;
	}
	return 0;
}

/*
 * Header, segments, stacks and spans follow each other without gaps; the counts in the header
 * determine the size, which is what segment_snapshot_load() checks. Empty segments are left
 * out, since snapshots are many.
 */
int segment_snapshot_save(const struct segment_snapshot *snapshot, struct text *payload)
{
	struct segments_sample header = {
		.time_ns = snapshot->time_ns,
		.reason = snapshot->reasons,
		.pid = snapshot->pid,
		.peak_rss_bytes = snapshot->peak_rss,
		.limit_bytes = snapshot->stack_limit,
		.stack_count = (uint32_t)snapshot->stack_count,
		.mapping_count = snapshot->mapping_count,
		.thread_count = snapshot->thread_count,
		.span_count = (uint32_t)snapshot->spans.count,
		.runtimes = snapshot->runtimes,
	};
	struct segments_use use;
	struct segments_stack stack;
	size_t i;

	for (i = 0; i < SEGMENT_COUNT; i++)
		header.segment_count += !!snapshot->mappings[i];
	if (text_add(payload, (const char *)&header, sizeof(header)))
		return -1;
	for (i = 0; i < SEGMENT_COUNT; i++) {
		if (!snapshot->mappings[i])
			continue;
		use = (struct segments_use){ .segment = (uint32_t)i,
			                         .mappings = snapshot->mappings[i] };
		memcpy(&use.size, &snapshot->uses[i], sizeof(snapshot->uses[i]));
		if (text_add(payload, (const char *)&use, sizeof(use)))
			return -1;
	}
	for (i = 0; i < snapshot->stack_count; i++) {
		stack = (struct segments_stack){ .tid = snapshot->stacks[i].tid,
			                             .size = snapshot->stacks[i].size,
			                             .rss = snapshot->stacks[i].rss };
		memcpy(stack.name, snapshot->stacks[i].name, sizeof(stack.name));
		if (text_add(payload, (const char *)&stack, sizeof(stack)))
			return -1;
	}
	return spans_save(&snapshot->spans, payload);
}

/* ---- decode ---- */

/*
 * Read the use of one segment, and add it to the total. Each size is limited so that the sum of
 * as many segments as are accepted still fits; *seen has a bit for each segment so far.
 */
static int use_load(struct segment_snapshot *snapshot, const uint8_t *from,
                    uint32_t *seen, struct error *error)
{
	struct segments_use use;
	struct memory_use sizes;
	uint64_t fields[USE_FIELDS];
	uint32_t segment;

	memcpy(&use, from, sizeof(use));
	memcpy(fields, &use.size, sizeof(fields));
	memcpy(&sizes, &use.size, sizeof(sizes));
	for (size_t i = 0; i < USE_FIELDS; i++) {
		if (fields[i] > BYTES_MAX / SEGMENTS_LOADED_MAX)
			return error_set(error, "a segment of %llu bytes is impossible",
			                 (unsigned long long)fields[i]);
	}
	/* A later version may know more segments: count them as other memory. */
	segment = use.segment < SEGMENT_COUNT ? use.segment : SEGMENT_OTHER;
	if (use.segment < SEGMENT_COUNT && *seen & 1u << segment)
		return error_set(error, "segment %u occurs twice", segment);
	if (use.segment < SEGMENT_COUNT)
		*seen |= 1u << segment;
	memory_use_add(&snapshot->uses[segment], &sizes);
	if (segment != SEGMENT_OUTLIVE)
		memory_use_add(&snapshot->total, &sizes);
	snapshot->mappings[segment] += use.mappings;
	return 0;
}

/*
 * The caller has checked that the payload has `count` stacks, so the room is bounded by the
 * size of the block. A name has a NUL after it whatever the trace contains: the rest is zeroed.
 */
static int stacks_load(struct segment_snapshot *snapshot, const uint8_t *from,
                       uint32_t count, struct error *error)
{
	struct segments_stack stack;

	snapshot->stacks = calloc(count + 1, sizeof(*snapshot->stacks));
	if (!snapshot->stacks)
		return error_set(error, "out of memory");
	for (; snapshot->stack_count < count; from += sizeof(stack)) {
		memcpy(&stack, from, sizeof(stack));
		if (stack.size > BYTES_MAX || stack.rss > BYTES_MAX)
			return error_set(error, "a stack of %llu bytes is impossible",
			                 (unsigned long long)stack.size);
		snapshot->stacks[snapshot->stack_count] = (struct segment_stack){
			.tid = stack.tid, .size = stack.size, .rss = stack.rss
		};
		memcpy(snapshot->stacks[snapshot->stack_count++].name, stack.name,
		       sizeof(stack.name));
	}
	return 0;
}

/*
 * Read the spans, and make sure that they are ordered and do not overlap: live_large_measure()
 * relies on that. A segment that only a later version knows counts as other memory.
 */
static int spans_load(struct segment_snapshot *snapshot, const uint8_t *from,
                      uint32_t count, struct error *error)
{
	struct segments_span span;
	uint64_t end = 0;
	uint32_t i;

	if (!count)
		return 0;
	snapshot->spans.spans = calloc(count, sizeof(*snapshot->spans.spans));
	if (!snapshot->spans.spans)
		return error_set(error, "out of memory");
	for (i = 0; i < count; i++, from += sizeof(span)) {
		memcpy(&span, from, sizeof(span));
		if (span.start < end || span.end <= span.start ||
		    span.end - span.start > BYTES_MAX || span.rss > span.end - span.start)
			return error_set(error, "a mapping from %llx to %llx is impossible here",
			                 (unsigned long long)span.start,
			                 (unsigned long long)span.end);
		end = span.end;
		snapshot->spans.spans[snapshot->spans.count++] = (struct large_span){
			.start = span.start,
			.end = span.end,
			.rss = span.rss,
			.segment = span.segment < SEGMENT_COUNT ? span.segment : SEGMENT_OTHER,
			.tid = span.tid,
		};
	}
	return 0;
}

/*
 * The size of the payload must be exactly what the header's counts say: afterwards no read can
 * leave it.
 */
int segment_snapshot_load(struct segment_snapshot *snapshot, const uint8_t *payload,
                          size_t bytes, struct error *error)
{
	struct segments_sample header;
	uint32_t seen = 0, i;

	*snapshot = (struct segment_snapshot){ .time_ns = 0 };
	if (bytes < sizeof(header))
		return error_set(error, "a snapshot of %zu bytes is impossible", bytes);
	memcpy(&header, payload, sizeof(header));
	if (header.segment_count > SEGMENTS_LOADED_MAX ||
	    header.stack_count > STACKS_LOADED_MAX ||
	    header.span_count > SPANS_LOADED_MAX ||
	    bytes != sizeof(header) + header.segment_count * sizeof(struct segments_use) +
	                 header.stack_count * sizeof(struct segments_stack) +
	                 header.span_count * sizeof(struct segments_span))
		return error_set(
			error,
			"a snapshot of %zu bytes does not hold %u segments, %u stacks and "
			"%u mappings",
			bytes, header.segment_count, header.stack_count, header.span_count);
	if (header.peak_rss_bytes > BYTES_MAX)
		return error_set(error, "a peak of %llu bytes is impossible",
		                 (unsigned long long)header.peak_rss_bytes);
	snapshot->time_ns = header.time_ns;
	snapshot->reasons = header.reason;
	snapshot->pid = header.pid;
	snapshot->peak_rss = header.peak_rss_bytes;
	snapshot->stack_limit = header.limit_bytes;
	snapshot->mapping_count = header.mapping_count;
	snapshot->thread_count = header.thread_count;
	snapshot->runtimes = header.runtimes;
	snapshot->is_refused = !header.segment_count;
	payload += sizeof(header);
	for (i = 0; i < header.segment_count; i++, payload += sizeof(struct segments_use)) {
		if (use_load(snapshot, payload, &seen, error))
			return -1;
	}
	if (stacks_load(snapshot, payload, header.stack_count, error))
		return -1;
	payload += header.stack_count * sizeof(struct segments_stack);
	return spans_load(snapshot, payload, header.span_count, error);
}

/* Compares the figures of segments and the number of stacks, but neither stacks nor spans. */
bool segment_snapshot_is_same(const struct segment_snapshot *one,
                              const struct segment_snapshot *two)
{
	return one->stack_count == two->stack_count &&
	       !memcmp(one->uses, two->uses, sizeof(one->uses)) &&
	       !memcmp(one->mappings, two->mappings, sizeof(one->mappings));
}
