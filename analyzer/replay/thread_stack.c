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

	if (thread->depth != count)
		return false;
	for (i = 0; i < count; i++) {
		if (thread->stack[i].location != locations[i])
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
static void doubts_join(struct thread *thread)
{
	struct doubt *doubts = thread->doubts;
	uint32_t i;

	for (i = 0; i + 1 < thread->doubt_count; i += 2) {
		const struct doubt *one = &doubts[i], *two = &doubts[i + 1];

		doubts[i / 2] = (struct doubt){
			.first = one->first < two->first ? one->first : two->first,
			.end = two->end,
			.sure = one->sure < two->sure ? one->sure : two->sure,
			.is_kept = one->is_kept && two->is_kept,
		};
	}
	if (i < thread->doubt_count)
		doubts[i / 2] = doubts[i];
	thread->doubt_count = (thread->doubt_count + 1) / 2;
}

static void doubts_forget(struct thread *thread)
{
	uint32_t i, left = 0;

	for (i = 0; i < thread->doubt_count; i++) {
		if (doubt_matters(thread, &thread->doubts[i]))
			thread->doubts[left++] = thread->doubts[i];
	}
	thread->doubt_count = left;
	if (left == DOUBTS_MAX)
		doubts_join(thread);
}

int thread_stack_doubt(struct thread *thread, uint32_t sure, uint32_t popped)
{
	struct doubt *doubts = thread->doubts;
	uint64_t first;

	thread->doubt_last = thread->sequence;
	if (sure && sure >= thread->depth)
		return 0; /* no block was born on more frames */
	if (!doubts) {
		doubts = thread->doubts = malloc(DOUBTS_MAX * sizeof(*doubts));
		if (!doubts)
			return -1;
		thread->doubt_count = 0;
	}
	/* If no frame is proven, it may not even be the same stack. */
	first = sure ? thread->stack[sure].sequence : 0;
	/* Drop the older doubts that this one makes meaningless. */
	while (thread->doubt_count && doubts[thread->doubt_count - 1].sure >= sure &&
	       doubts[thread->doubt_count - 1].first >= first)
		thread->doubt_count--;
	if (thread->doubt_count == DOUBTS_MAX)
		doubts_forget(thread);
	doubts[thread->doubt_count++] = (struct doubt){
		first, thread->sequence, sure, sure && sure < thread->depth - popped
	};
	return 0;
}

/*
 * Check the doubts that came after event `sequence`, newest first, as they are sorted by end. A
 * doubt concerns the block if it was born in frames that the doubt does not prove, and if
 * whether those frames ended makes a difference to `depth`.
 */
bool thread_stack_is_sure(const struct thread *thread, uint32_t frames,
                          uint64_t sequence, uint32_t depth)
{
	uint32_t i;

	for (i = thread->doubt_count; i-- > 0;) {
		const struct doubt *doubt = &thread->doubts[i];

		if (doubt->end <= sequence)
			break;
		if (doubt->first <= sequence && (!doubt->sure || doubt->sure < frames - 1) &&
		    (thread->copies_stacks ||
		     doubt->sure + doubt->is_kept <= frames - 1 - depth))
			return false;
	}
	return true;
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
