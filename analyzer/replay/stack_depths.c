/* replay/stack_depths.c - how deep the stacks of a process went. */
#include "replay/stack_depths.h"

#include "base/array.h"
#include "record_format.h"

#include <stdlib.h>
#include <string.h>

/* 8 MiB of entries */
#define PATH_ENTRIES_MAX (UINT64_C(1) << 20)
/* Limits the copying: a few bytes of a chunk could ask for a long copy again and again. */
#define COPIES_MAX (UINT64_C(1) << 27)
#define TOLD_FIRST 32u

void stack_depths_init(struct stack_depths *depths)
{
	*depths = (struct stack_depths){ .copies_left = COPIES_MAX };
}

void stack_depths_release(struct stack_depths *depths)
{
	uint32_t i;

	for (i = 0; i < depths->thread_count; i++) {
		stack_path_release(&depths->threads[i].deepest.path);
		free(depths->threads[i].sized);
	}
	for (i = 0; i < depths->other_count; i++)
		stack_path_release(&depths->others[i].deepest.path);
	for (i = 0; i < depths->fault_count; i++)
		stack_path_release(&depths->faults[i].path);
	free(depths->threads);
	free(depths->others);
	free(depths->locations);
	*depths = (struct stack_depths){ .threads = NULL };
}

static struct thread_depths *thread_at(struct stack_depths *depths, uint32_t index)
{
	if (array_reserve_zeroed(depths->threads, depths->thread_capacity, index + 1))
		return NULL;
	if (index >= depths->thread_count)
		depths->thread_count = index + 1;
	return &depths->threads[index];
}

const struct thread_depths *stack_depths_of(const struct stack_depths *depths,
                                            uint32_t thread)
{
	return thread < depths->thread_count ? &depths->threads[thread] : NULL;
}

/* ---- frames by location --------------------------------------------------------- */

static void frames_count(struct location_frames *frames, uint32_t words, uint64_t times)
{
	frames->frames += times;
	frames->words += times * words;
	if (words > frames->words_max)
		frames->words_max = words;
}

/*
 * Forget the frames from `count` on, which have changed: first count the records they were in.
 */
static int sized_trim(struct stack_depths *depths, struct thread_depths *thread,
                      uint32_t count)
{
	const struct sized_frame *sized;

	while (thread->sized_count > count) {
		sized = &thread->sized[--thread->sized_count];
		if (!sized->entry.words)
			continue;
		if (!thread->sized_count) {
			frames_count(&depths->outermost, sized->entry.words,
			             thread->readings - sized->since + 1);
			continue;
		}
		if (array_reserve_zeroed(depths->locations, depths->location_capacity,
		                         sized->entry.location + 1))
			return -1;
		frames_count(&depths->locations[sized->entry.location], sized->entry.words,
		             thread->readings - sized->since + 1);
	}
	return 0;
}

/* Add the frames that the record describes; call sized_trim() for its first frame before. */
static int sized_add(struct thread_depths *depths, const struct thread *thread,
                     const struct stack_record *record)
{
	const struct thread *strand = thread_frames_of(thread);
	const uint8_t *sizes = record->depth.sizes;
	struct sized_frame *sized;
	uint32_t i;

	if (array_reserve_zeroed(depths->sized, depths->sized_capacity,
	                         strand->level_count))
		return -1;
	for (i = depths->sized_count; i < strand->level_count; i++) {
		sized = &depths->sized[i];
		sized->entry.location = strand->levels[i].location;
		sized->entry.is_cut = strand->levels[i].is_cut;
		sized->entry.words = i < record->depth.first ? 0 : stack_record_words(&sizes);
		sized->since = depths->readings;
	}
	depths->sized_count = strand->level_count;
	return 0;
}

/* ---- paths ------------------------------------------------------------------------ */

static int deepest_compare(const void *one, const void *two)
{
	const struct stack_deepest *a = *(struct stack_deepest *const *)one;
	const struct stack_deepest *b = *(struct stack_deepest *const *)two;

	return a->bytes < b->bytes ? -1 : a->bytes > b->bytes;
}

/*
 * Reduce the kept paths to half: cut the paths of the threads that went least deep, then drop
 * those; then do the same with the tenth of threads that went deepest.
 */
static int paths_shrink(struct stack_depths *depths)
{
	struct stack_deepest **order = malloc(depths->thread_count *
	                                      sizeof(struct stack_deepest *));
	uint32_t count = 0, i, before;
	int pass;

	if (!order)
		return -1;
	for (i = 0; i < depths->thread_count; i++) {
		if (depths->threads[i].deepest.path.count)
			order[count++] = &depths->threads[i].deepest;
	}
	qsort(order, count, sizeof(*order), deepest_compare);
	for (pass = 0; pass < 4; pass++) {
		for (i = 0; i < (pass < 2 ? count - count / 10 : count); i++) {
			if (depths->path_entries <= PATH_ENTRIES_MAX / 2)
				break;
			before = order[i]->path.count;
			if (pass % 2)
				stack_path_release(&order[i]->path);
			else
				stack_path_cut(&order[i]->path);
			depths->path_entries -= before - order[i]->path.count;
		}
	}
	free(order);
	return 0;
}

/* The last recorded frames are those of the deepest record: copy them before they change. */
static int deepest_settle(struct stack_depths *depths, struct thread_depths *thread)
{
	struct stack_path *path = &thread->deepest.path;
	struct stack_entry *entries;
	uint32_t i, count = thread->sized_count;
	int result = 0;

	if (!thread->deepest.is_pending)
		return 0;
	thread->deepest.is_pending = false;
	depths->path_entries -= path->count;
	stack_path_release(path);
	if (!count || count > depths->copies_left)
		return 0;
	depths->copies_left -= count;
	entries = malloc(count * sizeof(*entries));
	if (!entries)
		return -1;
	for (i = 0; i < count; i++)
		entries[i] = thread->sized[i].entry;
	stack_path_give(path, entries, count);
	depths->path_entries += count;
	if (depths->path_entries > PATH_ENTRIES_MAX)
		result = paths_shrink(depths);
	return result;
}

/* ---- other stacks ------------------------------------------------------------------- */

/*
 * Whether a record was taken on this stack. A coroutine may run on several threads, so its
 * stack is known by its address; a signal stack belongs to its thread.
 */
static bool is_other(const struct other_stack *other, const struct stack_record *record,
                     uint32_t thread)
{
	if (other->kind != record->depth.stack || other->high != record->depth.high)
		return false;
	return other->thread == thread ||
	       (record->depth.stack == STACK_OTHER && other->high);
}

/*
 * The stack of the record, made if it is new; NULL: there are too many, or memory is out. The
 * limit keeps the search short, as addresses come from the recording.
 */
static struct other_stack *other_find(struct stack_depths *depths,
                                      const struct stack_record *record,
                                      uint32_t thread)
{
	struct other_stack *other;
	uint32_t i;

	for (i = 0; i < depths->other_count; i++) {
		if (is_other(&depths->others[i], record, thread))
			return &depths->others[i];
	}
	if (depths->other_count == OTHER_STACKS_MAX)
		return NULL;
	if (!depths->others)
		depths->others = calloc(OTHER_STACKS_MAX, sizeof(*depths->others));
	if (!depths->others)
		return NULL;
	other = &depths->others[depths->other_count++];
	*other = (struct other_stack){ .kind = record->depth.stack,
		                           .high = record->depth.high,
		                           .room_bytes = record->depth.room };
	return other;
}

/*
 * The first of the thread's frames that are on the same stack as the innermost one, and the
 * words of the frames further in. The size of that first frame may reach to the end of its
 * stack.
 */
static uint32_t other_first(const struct thread_depths *thread, uint64_t *words)
{
	uint32_t first = thread->sized_count;

	*words = 0;
	while (first) {
		first--;
		if (!first || !thread->sized[first].entry.words)
			break;
		*words += thread->sized[first].entry.words;
	}
	return first;
}

/* Keep the frames of another stack than the thread's own if it is the deepest record. */
static int other_sample(struct stack_depths *depths, const struct thread *thread,
                        const struct stack_record *record, uint64_t time)
{
	struct other_stack *other = other_find(depths, record, thread->index);
	const struct thread_depths *sized = &depths->threads[thread->index];
	uint64_t words, bytes = record->depth.depth_bytes;
	uint32_t first, count, i;
	struct stack_entry *entries;

	if (!other) {
		depths->others_more++;
		return 0;
	}
	other->thread = thread->index;
	other->readings++;
	first = other_first(sized, &words);
	count = sized->sized_count - first;
	/*
	 * Of a stack that the program made itself, only the mapping that contains it is known.
	 */
	if (other->kind == STACK_OTHER && (words || !bytes))
		bytes = words * STACK_WORD_BYTES;
	if (bytes <= other->deepest.bytes || !count || count > depths->copies_left)
		return 0;
	depths->copies_left -= count;
	entries = malloc(count * sizeof(*entries));
	if (!entries)
		return -1;
	for (i = 0; i < count; i++)
		entries[i] = sized->sized[first + i].entry;
	if (other->kind == STACK_SIGNAL && !entries[0].words &&
	    bytes / STACK_WORD_BYTES > words)
		entries[0].words = (uint32_t)(bytes / STACK_WORD_BYTES - words);
	stack_path_give(&other->deepest.path, entries, count);
	stack_path_cut(&other->deepest.path);
	other->deepest.bytes = bytes;
	other->deepest.time = time;
	other->deepest.frames = count;
	return 0;
}

/* ---- faults -------------------------------------------------------------------------- */

/*
 * The average size of frames at this location, for a frame whose size was not recorded; 0: not
 * known.
 */
static uint32_t words_usual(const struct stack_depths *depths, uint32_t location)
{
	const struct location_frames *frames;

	if (location >= depths->location_capacity)
		return 0;
	frames = &depths->locations[location];
	return frames->frames ? (uint32_t)(frames->words / frames->frames) : 0;
}

/* The frames have usual sizes until fault_sizes() knows the real ones. */
static int fault_record(struct stack_depths *depths, const struct thread *thread,
                        const struct stack_record *record, uint64_t time)
{
	const struct thread *strand = thread_frames_of(thread);
	struct stack_fault *fault;
	struct stack_entry *entries;
	uint32_t i;

	if (depths->fault_count == STACK_FAULTS_MAX) {
		depths->fault_more++;
		return 0;
	}
	fault = &depths->faults[depths->fault_count++];
	*fault = (struct stack_fault){ .thread = thread->index,
		                           .time = time,
		                           .sequence = strand->sequence,
		                           .signal = record->fault.signal,
		                           .go_status = record->fault.go_status,
		                           .goroutine = strand->goroutine & GOROUTINE_SCHEDULER
		                                            ? 0
		                                            : strand->goroutine,
		                           .kind = record->fault.kind,
		                           .end = record->fault.end,
		                           .address = record->fault.address,
		                           .instruction = record->fault.instruction,
		                           .depth_bytes = record->fault.depth_bytes,
		                           .location = record->fault.location };
	if (!strand->level_count || strand->level_count > depths->copies_left)
		return 0;
	depths->copies_left -= strand->level_count;
	entries = calloc(strand->level_count, sizeof(*entries));
	if (!entries)
		return -1;
	for (i = 0; i < strand->level_count; i++) {
		entries[i].location = strand->levels[i].location;
		/* Go's runtime has put its address where a return address would be. */
		if (record->fault.go_status && record->fault.location &&
		    entries[i].location == record->fault.as_return)
			entries[i].location = record->fault.location;
		entries[i].is_cut = strand->levels[i].is_cut;
		if (i)
			entries[i].words = words_usual(depths, entries[i].location);
	}
	stack_path_give(&fault->path, entries, strand->level_count);
	return 0;
}

/* A record of the stack on which a thread was about to die: it has the sizes. */
static void fault_sizes(struct stack_depths *depths, const struct thread *thread)
{
	const struct thread *strand = thread_frames_of(thread);
	const struct sized_frame *sized = depths->threads[thread->index].sized;
	struct stack_fault *fault;
	uint32_t i;

	if (!depths->fault_count)
		return;
	fault = &depths->faults[depths->fault_count - 1];
	if (fault->thread != thread->index || fault->sequence != strand->sequence ||
	    fault->path.count != strand->level_count || fault->has_sizes)
		return;
	fault->has_sizes = true;
	fault->path.inner_words = 0;
	for (i = 0; i < strand->level_count; i++) {
		fault->path.entries[i].words = sized[i].entry.words;
		if (i)
			fault->path.inner_words += sized[i].entry.words;
	}
}

/* ---- records -------------------------------------------------------------------------- */

/*
 * A record has the sizes only of frames that changed since the last one. So the path of the
 * deepest record is copied not at once, but when its frames are about to change: a stack that
 * gets deeper and deeper is copied once.
 */
static int sample_add(struct stack_depths *depths, const struct thread *thread,
                      const struct stack_record *record, uint64_t time)
{
	const struct thread *strand = thread_frames_of(thread);
	struct thread_depths *own = &depths->threads[thread->index];
	struct stack_deepest *deepest = &own->deepest;
	uint64_t bytes = record->depth.depth_bytes;
	bool is_own = record->depth.stack == STACK_OWN;
	bool is_deepest = is_own && bytes > deepest->bytes;

	if (record->depth.first + record->depth.count != strand->level_count)
		return 0; /* after a hole the stack is not the one of the record */
	if (!is_deepest && deepest_settle(depths, own))
		return -1;
	if (sized_trim(depths, own, record->depth.first))
		return -1;
	own->readings++;
	depths->readings++;
	if (sized_add(own, thread, record))
		return -1;
	fault_sizes(depths, thread);
	if (!is_own)
		return other_sample(depths, thread, record, time);
	own->own_samples++;
	if (!is_deepest)
		return 0;
	deepest->bytes = bytes;
	deepest->time = time;
	deepest->frames = strand->level_count;
	deepest->is_pending = true;
	return 0;
}

static void thread_add(struct thread_depths *thread, const struct stack_record *record)
{
	if (record->thread.creator)
		thread->creator = record->thread.creator;
	if (record->thread.start) {
		thread->start = record->thread.start;
		thread->start_location = record->thread.start_location;
	}
	if (record->thread.room)
		thread->room_bytes = record->thread.room;
}

/* Count all frames recorded so far, and forget them. */
static int sized_release(struct stack_depths *depths, struct thread_depths *thread)
{
	if (deepest_settle(depths, thread) || sized_trim(depths, thread, 0))
		return -1;
	free(thread->sized);
	thread->sized = NULL;
	thread->sized_capacity = 0;
	return 0;
}

/* This record comes as a thread ends; the first thread may still run destructors for long. */
static int touched_record(struct stack_depths *depths, const struct thread *thread,
                          struct thread_depths *own, const struct stack_record *record)
{
	if (record->touched_bytes > own->touched_bytes)
		own->touched_bytes = record->touched_bytes;
	return thread->serial == 1 ? 0 : sized_release(depths, own);
}

int stack_depths_record(struct stack_depths *depths, const struct thread *thread,
                        const struct stack_record *record, uint64_t time)
{
	struct thread_depths *own = thread_at(depths, thread->index);

	if (!own)
		return -1;
	switch (record->kind) {
	case CONTROL_THREAD: thread_add(own, record); return 0;
	case CONTROL_DEPTH: return sample_add(depths, thread, record, time);
	case CONTROL_TOUCHED: return touched_record(depths, thread, own, record);
	case CONTROL_FAULT:
	case CONTROL_GO_END: return fault_record(depths, thread, record, time);
	default: return 0;
	}
}

int stack_depths_run(struct stack_depths *depths, const struct thread *thread)
{
	struct thread_depths *own;

	if (thread->index >= depths->thread_count)
		return 0;
	own = &depths->threads[thread->index];
	return deepest_settle(depths, own) || sized_trim(depths, own, 0) ? -1 : 0;
}

int stack_depths_finish(struct stack_depths *depths)
{
	uint32_t i;

	for (i = 0; i < depths->thread_count; i++) {
		if (sized_release(depths, &depths->threads[i]))
			return -1;
	}
	return 0;
}

/* ---- what it comes to ---------------------------------------------------------------- */

uint64_t thread_depths_most(const struct thread_depths *thread)
{
	return thread->deepest.bytes > thread->touched_bytes ? thread->deepest.bytes
	                                                     : thread->touched_bytes;
}

bool thread_depths_is_near_limit(const struct thread_depths *thread)
{
	return thread->room_bytes &&
	       thread_depths_most(thread) * 100 >= thread->room_bytes * STACK_WARN_PERCENT;
}
