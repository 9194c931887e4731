/*
 * record.c - thread state, stack, time, bytes: the only file that knows the order. Layer 9.
 */
#include "record.h"

#include "event_encoder.h"
#include "guard.h"
#include "ring_file.h"
#include "throw_stack.h"

#define ADDRESS_MASK (~(uintptr_t)7) /* the format carries no lower bits */

static struct thread_state *state_get(void)
{
	struct thread_state *state = thread_state_get();

	if (unlikely(!state))
		ring_count_loss(LOST_NO_STATE, 1);
	return state;
}

/* False: the event was lost, and the thread's frames are what they were. */
static inline bool event_write(struct thread_state *state, const struct event *event,
                               struct walk_result *walk)
{
	if (!event_encode(state, event, walk))
		return false;
	if (unlikely(state->throw_count))
		throws_follow(state, walk);
	frames_apply(state, walk);
	if (unlikely(walk->cut))
		ring_count_loss(LOST_STACKS_CUT, 1);
	if (unlikely(guard.flags & GUARD_THREAD_ENDING))
		thread_state_release(state);
	return true;
}

/* True if it was written in the short way. */
static inline __attribute__((always_inline)) bool event_record_short(
	const struct walk_start *caller, enum event_op op, uintptr_t address,
	uint64_t size_bytes, uint64_t time)
{
	struct thread_state *state = guard.state;
	struct short_walk walk;

	if (unlikely(!state || guard.flags & GUARD_THREAD_ENDING))
		return false;
	return stack_walk_short(state, caller, &walk) &&
	       event_encode_short(state, op, time, address, size_bytes, &walk);
}

static __attribute__((noinline)) void event_record(const struct walk_start *caller,
                                                   const struct event *event)
{
	struct thread_state *state = state_get();
	struct walk_result walk;

	if (unlikely(!state))
		return;
	walk = stack_walk(state, caller);
	event_write(state, event, &walk);
}

void record_alloc(const struct walk_start *caller, enum event_op op, void *address,
                  uint64_t size_bytes, uint8_t alignment_log2)
{
	uint64_t time = clock_after();

	if (likely(address && op != OP_ALIGNED) &&
	    event_record_short(caller, op, (uintptr_t)address & ADDRESS_MASK, size_bytes,
	                       time))
		return;
	event_record(caller, &(struct event){ .op = address ? op : OP_FAILED,
	                                      .address = (uintptr_t)address & ADDRESS_MASK,
	                                      .size_bytes = size_bytes,
	                                      .alignment_log2 = alignment_log2,
	                                      .time = time });
}

void record_free(const struct walk_start *caller, void *address, uint64_t time)
{
	uintptr_t masked = (uintptr_t)address & ADDRESS_MASK;

	if (likely(!time))
		time = clock_before();
	if (likely(event_record_short(caller, OP_FREE, masked, 0, time)))
		return;
	event_record(caller,
	             &(struct event){ .op = OP_FREE, .address = masked, .time = time });
}

void record_realloc(const struct walk_start *caller, void *old_address, void *address,
                    uint64_t size_bytes, uint64_t time_begin)
{
	struct event event = {
		.op = OP_REALLOC,
		.address = (uintptr_t)address & ADDRESS_MASK,
		.old_address = (uintptr_t)old_address & ADDRESS_MASK,
		.size_bytes = size_bytes,
		.time = time_begin,
		.time_end = clock_after(),
	};

	event_record(caller, &event);
}

bool record_stack(const struct walk_start *caller)
{
	struct thread_state *state = state_get();
	struct event event = { .op = OP_CONTROL, .time = clock_before() };
	struct walk_result walk;

	if (unlikely(!state))
		return false;
	walk = stack_walk(state, caller);
	return event_write(state, &event, &walk);
}

void record_throw(const struct walk_start *caller, const void *exception)
{
	struct thread_state *state = state_get();
	struct event event = { .op = OP_CONTROL, .time = clock_before() };
	struct walk_result walk;
	bool written, patch_none;

	if (unlikely(!state))
		return;
	walk = stack_walk(state, caller);
	/* Where an older one lay, or the same one, caught and thrown again. */
	frames_forget_exception(state, exception);
	throws_end(state, exception);
	written = event_write(state, &event, &walk);
	/*
	 * What has no stub now gets none before the exception lands; or, if it is only what
	 * lies beyond a gap, before the stack is back out there.
	 */
	patch_none = !written || !walk.patch || !frames_are_patched(state);
	throws_begin(state, exception, written, patch_none);
	if (!patch_none && walk.cut)
		throws_limit(state, state->frames[0].slot);
}
