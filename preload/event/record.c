/*
 * event/record.c - record events: thread state, stack, time, bytes. Only this file knows the
 * order.
 */
#include "event/record.h"

#include "event/encoder.h"
#include "event/mapping.h"
#include "go/runtime.h"
#include "modules/go_finder.h"
#include "system/guard.h"
#include "self/maps.h"
#include "modules/map.h"
#include "self/phase.h"
#include "ring/ring.h"
#include "event/thread_name.h"
#include "stack/throws.h"

/* A DEPTH record of this size fits into one chunk with a RUN record of the deepest stack. */
#define DEPTH_BYTES_MAX (CHUNK_BYTES / 8 * 3)
#define ADDRESS_MASK (~(uintptr_t)7) /* the format has no lower bits */

static_assert(sizeof(struct event) <= OTHER_EVENT_BYTES,
              "thread_state has room for it");

static struct thread_state *state_get(void)
{
	struct thread_state *state = thread_state_get();

	if (unlikely(!state))
		ring_count_loss(LOST_NO_STATE, 1);
	return state;
}

/*
 * Record the depth of the stack after the event at `slot`. The deepest point must not be missed
 * for lack of room: if necessary, another chunk is taken.
 */
static __attribute__((noinline)) void depth_update(struct thread_state *state,
                                                   uintptr_t slot, uint64_t time)
{
	uint32_t size_bytes;

	if (!depth_record(state) && depth_is_new(state, slot)) {
		size_bytes = depth_bytes_max(state);
		if (size_bytes < DEPTH_BYTES_MAX && event_run_again(state, size_bytes, time))
			depth_record(state);
	}
	depth_settle(state, slot, time);
}

/*
 * Record that the process exits: an exit handler or a destructor has called the allocator. The
 * hooks may not have seen this: main returned, the last thread ended, or libc called exit().
 */
static __attribute__((noinline)) void exit_record(uint64_t time)
{
	recorder.has_met_exit = false;
	/* Between vfork() and exec, another process exits. */
	if (system_pid() == recorder.pid)
		phase_write(PHASE_EXIT, time);
}

/*
 * Whether the walk was cut in a plugin that Go is opening: its init functions run first.
 */
static __attribute__((noinline)) bool plugin_check(const struct walk_result *walk)
{
	uint32_t known = atomic_load_explicit(&go_runtime_count, memory_order_relaxed);

	if (!known || !walk->pushed || go_runtime_at(walk->frames[0].return_address))
		return false;
	go_finder_check_at(walk->frames[0].return_address - 1);
	return atomic_load_explicit(&go_runtime_count, memory_order_relaxed) != known;
}

/*
 * Walk the stack of an event. Also record what it shows: exit() was called, or modules changed.
 */
static inline struct walk_result event_walk(struct thread_state *state,
                                            const struct walk_start *caller,
                                            uint64_t time)
{
	uintptr_t call_key = state->call_key;
	struct walk_result walk = stack_walk(state, caller);

	if (unlikely(walk.cut && plugin_check(&walk))) {
		state->call_key = call_key;
		walk = stack_walk(state, caller);
	}
	if (unlikely(recorder.has_met_exit))
		exit_record(time);
	if (unlikely(recorder.modules_have_changed) && maps_record(MAPS_MODULES))
		recorder.modules_have_changed = false;
	return walk;
}

/*
 * Write an event. `slot`: of the innermost return address. False: the event was lost, and the
 * thread's frames are unchanged.
 */
static inline bool event_write(struct thread_state *state, const struct event *event,
                               struct walk_result *walk, uintptr_t slot)
{
	if (!event_encode(state, event, walk)) {
		state->call_key = 0; /* calls were made since the last event that was written */
		return false;
	}
	if (unlikely(state->throwing.count))
		throws_follow(state, walk);
	frames_apply(state, walk);
	if (unlikely(walk->cut))
		ring_count_cut(walk->cut);
	if (unlikely(depth_is_due(state, slot)) && !state->strand.beneath)
		depth_update(state, slot, event->time);
	if (unlikely(guard.flags & GUARD_THREAD_ENDING))
		thread_state_release(state);
	return true;
}

/*
 * Record an event by a short walk of the thread's own stack. False: that was not possible, and
 * nothing was written.
 */
static inline __attribute__((always_inline)) bool event_record_short(
	struct thread_state *state, const struct walk_start *caller, enum event_op op,
	uintptr_t address, uint64_t size_bytes, uint64_t time)
{
	struct short_walk walk = stack_walk_short(state, caller, SHORT_FRAMES);

	return likely(walk.keep) && !(guard.flags & GUARD_THREAD_ENDING) &&
	       event_encode_short(state, op, time, address, size_bytes, walk);
}

/*
 * Whether the last event's stack was another one with more frames than a short walk takes. Then a
 * short walk of the next such stack would probably be in vain.
 */
static inline bool other_was_deep(const struct thread_state *state)
{
	return state->stack.depth > SHORT_FRAMES &&
	       !state->stack.frames[state->stack.depth - SHORT_FRAMES - 1].stub;
}

/* The same on any other stack than the thread's own. */
static inline __attribute__((always_inline)) bool event_record_other_short(
	const struct walk_start *caller, enum event_op op, uintptr_t address,
	uint64_t size_bytes, uint64_t time)
{
	struct thread_state *state = guard.state;
	struct event *event;
	struct other_walk walk;

	if (unlikely(!state || stack_bounds_hold(&state->stacks.own, caller->slot) ||
	             state->throwing.count || guard.flags & GUARD_THREAD_ENDING ||
	             !state->cursor.chunk ||
	             state->cursor.used > state->cursor.used_limit ||
	             other_was_deep(state) || depth_is_due(state, caller->slot)))
		return false;
	event = (struct event *)state->other_event;
	event->op = op;
	event->time = time;
	event->address = address;
	event->size_bytes = size_bytes;
	guard_barrier(); /* The compiler keeps no copy on the stack. */
	if (!stack_walk_other_short(state, caller, &walk))
		return false;
	event_encode_other(state, event, &walk);
	return true;
}

/* ---- recordings ---------------------------------------------------------------- */

/* An event or a STACK record to be written. */
struct recording {
	struct thread_state *state;
	const struct walk_start *caller;
	const struct event *event;
	const void *exception; /* the exception that is thrown */
	const struct mapping *mapping;
	bool is_written;
};

static void recording_run(void *argument)
{
	struct recording *recording = argument;
	struct thread_state *state = recording->state;
	struct walk_result walk = event_walk(state, recording->caller,
	                                     recording->event->time);

	recording->is_written = event_write(state, recording->event, &walk,
	                                    recording->caller->slot);
}

/*
 * Record an event on a stack other than the thread's own, which may be small: only if
 * everything needed is at hand. False: it is not, and nothing was written.
 */
static __attribute__((noinline)) bool event_record_other(
	struct thread_state *state, const struct walk_start *caller,
	const struct event *event)
{
	struct walk_result walk;

	if (state->throwing.count || guard.flags & GUARD_THREAD_ENDING ||
	    depth_is_due(state, caller->slot) || !stack_walk_other(state, caller, &walk) ||
	    !event_has_room(state, walk.pushed) || !event_encode(state, event, &walk))
		return false;
	frames_apply(state, &walk);
	if (walk.cut)
		ring_count_cut(walk.cut);
	return true;
}

static __attribute__((noinline)) void event_record_elsewhere(
	struct thread_state *state, const struct walk_start *caller,
	const struct event *event)
{
	struct recording recording = { .state = state, .caller = caller, .event = event };

	thread_state_call(state, caller->slot, recording_run, &recording);
}

/*
 * The middle way: a short walk, but of more frames, and for any event. False: that was not
 * possible, and nothing was written.
 */
static bool event_record_middle(struct thread_state *state,
                                const struct walk_start *caller,
                                const struct event *event)
{
	struct short_walk walk;

	if (guard.flags & GUARD_THREAD_ENDING || !state->cursor.chunk ||
	    state->cursor.used > state->cursor.used_limit ||
	    !stack_bounds_hold(&state->stacks.seen, caller->slot))
		return false;
	walk = stack_walk_middle(state, caller);
	/* The short walk before this one may have met exit(): event_walk() records it. */
	return walk.keep && !recorder.modules_have_changed && !recorder.has_met_exit &&
	       event_encode_middle(state, event, walk);
}

static __attribute__((noinline)) void event_record_own(struct thread_state *state,
                                                       const struct walk_start *caller,
                                                       const struct event *event)
{
	struct walk_result walk;

	if (likely(event_record_middle(state, caller, event)))
		return;
	walk = event_walk(state, caller, event->time);
	event_write(state, event, &walk, caller->slot);
}

static __attribute__((noinline)) void event_record(const struct walk_start *caller,
                                                   const struct event *event)
{
	struct thread_state *state = state_get();

	if (unlikely(!state))
		return;
	if (likely(stack_bounds_hold(&state->stacks.own, caller->slot)))
		event_record_own(state, caller, event);
	else if (!event_record_other(state, caller, event))
		event_record_elsewhere(state, caller, event);
}

/* ---- events -------------------------------------------------------------------- */

/*
 * Each way is a function of its own, called last (by a jump). So an event on a small stack never
 * has the large frames of another way on that stack.
 */
#define WAY static __attribute__((noinline)) void

WAY alloc_long(const struct walk_start *caller, enum event_op op, uintptr_t address,
               uint64_t size_bytes, uint8_t alignment_log2, uint64_t time)
{
	event_record(caller, &(struct event){ .op = address ? op : OP_FAILED,
	                                      .address = address,
	                                      .size_bytes = size_bytes,
	                                      .alignment_log2 = alignment_log2,
	                                      .time = time });
}

WAY alloc_other(const struct walk_start *caller, enum event_op op, uintptr_t address,
                uint64_t size_bytes, uint8_t alignment_log2)
{
	uint64_t time = clock_after_alloc();

	if (unlikely(!address || op == OP_ALIGNED ||
	             !event_record_other_short(caller, op, address, size_bytes, time)))
		alloc_long(caller, op, address, size_bytes, alignment_log2, time);
}

WAY alloc_own(const struct walk_start *caller, enum event_op op, uintptr_t address,
              uint64_t size_bytes, uint8_t alignment_log2, struct thread_state *state)
{
	uint64_t time = clock_after_alloc();

	if (unlikely(!address || op == OP_ALIGNED ||
	             !event_record_short(state, caller, op, address, size_bytes, time)))
		alloc_long(caller, op, address, size_bytes, alignment_log2, time);
}

void record_alloc(const struct walk_start *caller, enum event_op op, void *address,
                  uint64_t size_bytes, uint8_t alignment_log2)
{
	uintptr_t masked = (uintptr_t)address & ADDRESS_MASK;
	struct thread_state *state = guard.state;

	if (likely(state && stack_bounds_hold(&state->stacks.seen, caller->slot)))
		alloc_own(caller, op, masked, size_bytes, alignment_log2, state);
	else
		alloc_other(caller, op, masked, size_bytes, alignment_log2);
}

WAY free_long(const struct walk_start *caller, uintptr_t address, uint64_t time)
{
	event_record(caller,
	             &(struct event){ .op = OP_FREE, .address = address, .time = time });
}

WAY free_other(const struct walk_start *caller, uintptr_t address, uint64_t time)
{
	if (likely(!time))
		time = clock_before();
	if (unlikely(!event_record_other_short(caller, OP_FREE, address, 0, time)))
		free_long(caller, address, time);
}

WAY free_own(const struct walk_start *caller, uintptr_t address, uint64_t time,
             struct thread_state *state)
{
	if (likely(!time))
		time = clock_before();
	if (unlikely(!event_record_short(state, caller, OP_FREE, address, 0, time)))
		free_long(caller, address, time);
}

void record_free(const struct walk_start *caller, void *address, uint64_t time)
{
	uintptr_t masked = (uintptr_t)address & ADDRESS_MASK;
	struct thread_state *state = guard.state;

	if (likely(state && stack_bounds_hold(&state->stacks.seen, caller->slot)))
		free_own(caller, masked, time, state);
	else
		free_other(caller, masked, time);
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
		.time_end = clock_after_alloc(),
	};

	event_record(caller, &event);
}

bool record_stack(const struct walk_start *caller)
{
	struct event event = { .op = OP_CONTROL, .time = clock_before() };
	struct recording recording = { state_get(), caller, &event, NULL, NULL, false };

	if (likely(recording.state))
		thread_state_call(recording.state, caller->slot, recording_run, &recording);
	return recording.is_written;
}

/*
 * Not event_write() alone: at the end of a thread it gives the state to the next thread, before
 * the MAPPING record is written.
 */
static void mapping_run(void *argument)
{
	struct recording *recording = argument;
	struct thread_state *state = recording->state;
	uint32_t ending = guard.flags & GUARD_THREAD_ENDING;

	guard.flags &= ~ending;
	recording_run(recording);
	if (recording->is_written &&
	    !mapping_put(state, recording->mapping, recording->event->time))
		ring_count_loss(LOST_RING_FULL, 1);
	guard.flags |= ending;
	if (unlikely(ending))
		thread_state_release(state);
}

void record_mapping(const struct walk_start *caller, const struct mapping *mapping,
                    uint64_t time)
{
	struct event event = { .op = OP_CONTROL, .time = time ? time : clock_after() };
	struct recording recording = { state_get(), caller, &event, NULL, mapping, false };

	if (likely(recording.state))
		thread_state_call(recording.state, caller->slot, mapping_run, &recording);
}

static void throw_run(void *argument)
{
	struct recording *recording = argument;
	struct thread_state *state = recording->state;
	struct walk_result walk = event_walk(state, recording->caller,
	                                     recording->event->time);
	bool written, patch_none;

	/* An older exception at this address, or the same one, caught and thrown again. */
	frames_forget_exception(state, recording->exception);
	throws_end(state, recording->exception);
	written = event_write(state, recording->event, &walk, recording->caller->slot);
	/*
	 * Frames without a stub now get none before the exception lands. If these are only
	 * frames beyond a gap, they get none before the stack has returned to there.
	 */
	patch_none = !written || !walk.patch || !frames_are_patched(state);
	throws_begin(state, recording->exception, &walk, written, patch_none);
	if (!patch_none && walk.cut)
		throws_limit(state, state->stack.frames[0].slot);
}

void record_throw(const struct walk_start *caller, const void *exception)
{
	struct event event = { .op = OP_CONTROL, .time = clock_before() };
	struct recording recording = {
		state_get(), caller, &event, exception, NULL, false
	};

	if (likely(recording.state))
		thread_state_call(recording.state, caller->slot, throw_run, &recording);
}

/* Leave out the innermost frames up to the one at `slot`, unless a signal is among them. */
static void walk_trim(struct walk_result *walk, uintptr_t slot)
{
	for (uint32_t i = walk->pushed; i-- > 0;) {
		if (walk->frames[i].flags & FRAME_SIGNAL)
			return;
		if (walk->frames[i].slot == slot) {
			walk->pushed = i + 1;
			return;
		}
	}
}

void record_fault(const struct walk_start *at, const struct fault *fault,
                  const struct stack_mapping *mapping, uintptr_t inner_slot)
{
	struct thread_state *state = state_get();
	struct event event = { .op = OP_CONTROL, .time = clock_before() };
	struct walk_result walk;

	if (!state)
		return;
	if (mapping) /* this much of it is readable */
		state->stacks.own = (struct stack_bounds){ mapping->low,
			                                       state->stacks.own.high };
	walk = stack_walk_interrupted(state, at, mapping != NULL);
	if (inner_slot)
		walk_trim(&walk, inner_slot);
	if (mapping && at->slot < mapping->low)
		state->stacks.own.low = at->slot; /* counted as its own all the same */
	if (!event_encode(state, &event, &walk))
		return;
	frames_apply(state, &walk);
	if (walk.cut)
		ring_count_cut(walk.cut);
	fault_put(state, fault);
	if (state->stack.depth)
		depth_update(state, state->stack.frames[state->stack.depth - 1].slot,
		             event.time);
}

void record_fault_only(const struct fault *fault)
{
	struct thread_state *state = state_get();
	struct event event = { .op = OP_CONTROL, .time = clock_before() };
	struct walk_result walk = { .plain = true };

	if (!state)
		return;
	walk.keep = state->stack.depth;
	if (event_encode(state, &event, &walk))
		fault_put(state, fault);
}

void record_thread_end(struct thread_state *state)
{
	frames_ask_left(state);
	touched_record(state);
	thread_name_record_last(state);
}
