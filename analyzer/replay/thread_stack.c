/* replay/thread_stack.c - a thread as its events show it. */
#include "replay/thread_stack.h"

#include "base/array.h"

#include <stdlib.h>

int thread_stack_reserve(struct thread *thread, uint32_t depth)
{
	return array_reserve(thread->stack, thread->stack_capacity, depth);
}

bool thread_stack_is_same(const struct thread *thread, const uint32_t *locations,
                          uint32_t count)
{
	uint32_t i;

	if (thread->level_count != count)
		return false;
	for (i = 0; i < count; i++) {
		if (thread->levels[i].location != locations[i])
			return false;
	}
	return true;
}

/*
 * Whether the doubt may still matter. Once the frame outside those in doubt has ended, exactly,
 * all frames further in have ended, too; unless parts of the stack are copied, as frames
 * further in may then wait elsewhere.
 */
static bool doubt_matters(const struct thread *thread, const struct doubt *doubt)
{
	return !doubt->sure || thread->copies_stacks ||
	       (doubt->sure <= thread->depth &&
	        thread->stack[doubt->sure - 1].sequence <= doubt->end);
}

/* There are too many doubts: merge each with the next. */
static void doubts_join(struct doubt_list *list)
{
	struct doubt *items = list->items;
	uint32_t i;

	for (i = 0; i + 1 < list->count; i += 2) {
		const struct doubt *one = &items[i], *two = &items[i + 1];

		items[i / 2] = (struct doubt){
			.first = one->first < two->first ? one->first : two->first,
			.end = two->end,
			.sure = one->sure < two->sure ? one->sure : two->sure,
			.is_kept = one->is_kept && two->is_kept,
		};
	}
	if (i < list->count)
		items[i / 2] = items[i];
	list->count = (list->count + 1) / 2;
}

static void doubts_forget(const struct thread *thread, struct doubt_list *list)
{
	uint32_t i, left = 0;

	for (i = 0; i < list->count; i++) {
		if (doubt_matters(thread, &list->items[i]))
			list->items[left++] = list->items[i];
	}
	list->count = left;
	if (left == DOUBTS_MAX)
		doubts_join(list);
}

int thread_stack_doubt(struct thread *thread, struct doubt_list *list, uint32_t sure,
                       uint32_t popped)
{
	uint64_t first;

	list->last = thread->sequence;
	if (sure && sure >= thread->depth)
		return 0; /* no block was born on more frames */
	if (!list->items) {
		list->items = malloc(DOUBTS_MAX * sizeof(*list->items));
		if (!list->items)
			return -1;
		list->count = 0;
	}
	/* If no frame is proven, it may not even be the same stack. */
	first = sure ? thread->stack[sure].sequence : 0;
	/* The same again: then it makes no further ones meaningless. */
	if (list->count && list->items[list->count - 1].sure == sure &&
	    list->items[list->count - 1].first == first) {
		list->items[list->count - 1].end = thread->sequence;
		list->items[list->count - 1].is_kept = sure && sure < thread->depth - popped;
		return 0;
	}
	/* Drop the older doubts that this one makes meaningless. */
	while (list->count && list->items[list->count - 1].sure >= sure &&
	       list->items[list->count - 1].first >= first)
		list->count--;
	if (list->count == DOUBTS_MAX)
		doubts_forget(thread, list);
	list->items[list->count++] = (struct doubt){
		first, thread->sequence, sure, sure && sure < thread->depth - popped
	};
	return 0;
}

/*
 * A doubt concerns a block if it was born in frames that the doubt does not prove, and if
 * whether those frames ended makes a difference to `depth`.
 */
static bool doubt_concerns(const struct thread *thread, const struct doubt *doubt,
                           uint32_t frames, uint64_t sequence, uint32_t depth)
{
	return doubt->first <= sequence && (!doubt->sure || doubt->sure < frames - 1) &&
	       (thread->copies_stacks ||
	        doubt->sure + doubt->is_kept <= frames - 1 - depth);
}

/* Check the doubts that came after the event, newest first: they are sorted by end. */
bool thread_stack_is_sure(const struct thread *thread, const struct doubt_list *list,
                          uint32_t frames, uint64_t sequence, uint32_t depth)
{
	uint32_t i;

	for (i = list->count; i-- > 0;) {
		if (list->items[i].end <= sequence)
			break;
		if (doubt_concerns(thread, &list->items[i], frames, sequence, depth))
			return false;
	}
	return true;
}

uint32_t thread_stack_most_of(const struct thread *thread,
                              const struct doubt_list *list, uint32_t frames,
                              uint64_t sequence, uint32_t depth, bool *is_exact)
{
	const struct doubt *doubt = list->items + list->count;
	uint32_t most = depth;

	for (; doubt > list->items && doubt[-1].end > sequence; doubt--) {
		if (!doubt_concerns(thread, &doubt[-1], frames, sequence, depth))
			continue;
		*is_exact = false;
		if (most < frames - 1 - doubt[-1].sure)
			most = frames - 1 - doubt[-1].sure;
	}
	return most;
}

uint32_t thread_machine_depth(const struct thread *thread, uint32_t levels,
                              uint64_t sequence)
{
	uint32_t outer = levels ? levels - 1 : 0, low = 0, high, middle;

	high = thread->level_count < outer ? thread->level_count : outer;
	if (!high || thread->levels[high - 1].sequence <= sequence)
		return outer - high;
	for (high--; low < high;) {
		middle = (low + high) / 2;
		if (thread->levels[middle].sequence <= sequence)
			low = middle + 1;
		else
			high = middle;
	}
	return outer - low;
}

void thread_stack_cut(struct thread *thread, uint32_t index)
{
	struct frame *frame;
	uint64_t hash;
	uint32_t i;

	if (index >= thread->depth || thread->stack[index].is_cut)
		return;
	thread->stack[index].is_cut = true;
	/* The names of this frame and of all further in change. */
	hash = index ? thread->stack[index - 1].hash : CALL_HASH_ROOT;
	for (i = index; i < thread->depth; i++) {
		frame = &thread->stack[i];
		hash = frame->is_cut ? call_hash_cut(hash, frame->location)
		                     : call_hash(hash, frame->location);
		frame->hash = hash;
		frame->node = CALL_NODE_NONE;
	}
}
