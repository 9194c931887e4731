/*
 * stack/thread_state.c - map states of threads, recycle them, renew them after fork.
 */
#include "stack/thread_state.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "modules/code_map.h"
#include "call_on_stack.h"
#include "system/guard.h"
#include "system/own_memory.h"
#include "ring/ring.h"
#include "stack/signal_stack.h"
#include "system/system.h"

#define STATE_BYTES (160 * 1024) /* one mapping: the state, then its first frames */
static_assert(STATE_BYTES + SIGNAL_STACK_BYTES == OWN_THREAD_BYTES,
              "as others know it");
#define FRAMES_OFFSET ((sizeof(struct thread_state) + 63) & ~(size_t)63)
#define FRAMES_FIRST ((STATE_BYTES - FRAMES_OFFSET) / sizeof(struct walk_frame))

__thread struct guard guard = { .session = GUARD_UNJOINED };

extern void *__libc_stack_end; /* set by ld.so: where the main thread's stack begins */

static _Atomic bool free_list_busy;
static struct thread_state *free_list;
static struct thread_state *_Atomic all_states; /* ever mapped, the newest first */
static pthread_key_t ending_key;
static bool has_ending_key;
static bool (*ending_call)(struct thread_state *);

/* Do not wait for a busy list: a new mapping, or a lost one, will do. */
static bool free_list_enter(void)
{
	bool expected = false;

	return atomic_compare_exchange_strong(&free_list_busy, &expected, true);
}

static void free_list_leave(void)
{
	atomic_store_explicit(&free_list_busy, false, memory_order_release);
}

/* No state is ever removed. */
static void state_register(struct thread_state *state)
{
	state->next = atomic_load_explicit(&all_states, memory_order_relaxed);
	/* Release: a thread that walks the list sees the link to the state before. */
	while (!atomic_compare_exchange_weak_explicit(
		&all_states, &state->next, state, memory_order_release, memory_order_relaxed))
		;
}

struct thread_state *thread_states(void)
{
	return atomic_load_explicit(&all_states, memory_order_acquire);
}

static struct thread_state *state_recycle(void)
{
	struct thread_state *state;

	if (!free_list_enter())
		return NULL;
	state = free_list;
	if (state)
		free_list = state->next_free;
	free_list_leave();
	return state;
}

/*
 * Key destructors run in rounds. Ours asks for another round until the last, so that frees in
 * the destructors of other keys still find this thread's chunk.
 */
static void thread_ending(void *value)
{
	uintptr_t round = (uintptr_t)value;
	bool is_held;

	if (round < PTHREAD_DESTRUCTOR_ITERATIONS) {
		pthread_setspecific(ending_key, (void *)(round + 1));
		return;
	}
	/* first: the recording cannot end meanwhile */
	is_held = !guard_take((uintptr_t)__builtin_frame_address(0));
	if (!thread_state_own() || !recorder.is_recording)
		thread_state_disown(); /* its chunk is of an earlier ring */
	else if (!is_held && !ending_call(guard.state))
		thread_state_disown();
	guard.flags |= GUARD_THREAD_ENDING;
	if (guard.state)
		thread_state_release(guard.state);
	if (!is_held)
		guard_leave();
}

void thread_state_start(bool (*ending)(struct thread_state *))
{
	ending_call = ending;
	if (!has_ending_key)
		has_ending_key = pthread_key_create(&ending_key, thread_ending) == 0;
}

static void state_begin(struct thread_state *state)
{
	state->cursor.chunk = NULL;
	state->cursor.events = 0;
	state->stack.depth = 0;
	state->stack.cut_frames = 0;
	state->strand = (struct strand){ 0 };
	state->call_key = 0;
	state->throwing.ceiling = state->throwing.ceiling_slot = 0;
	state->throwing.exception = NULL;
	state->throwing.count = 0;
	state->throwing.is_unsure = false;
	state->stacks.seen = (struct stack_bounds){ 0, 0 };
	memset(state->stacks.others, 0, sizeof(state->stacks.others));
	state->stacks.other_count = 0;
	state->serial = (uint32_t)atomic_fetch_add_explicit(
						(_Atomic uint64_t *)&ring.header->next_thread, 1,
						memory_order_relaxed) +
	                1;
	state->tid = system_tid();
	state->pointer = arch_thread_pointer();
	state->session = recorder.session;
	state->guard = &guard;
}

/* The thread has another ring; its stack and its frames are the same. */
static void state_begin_anew(struct thread_state *state)
{
	uint32_t depth = state->stack.depth;
	struct strand strand = state->strand;

	state_begin(state);
	state->stack.depth = depth;
	state->strand = strand;
	for (uint32_t i = 0; i < depth; i++) {
		if (state->stack.frames[i].stub)
			state->stack.frames[i].flags |= FRAME_OLD;
	}
}

void thread_state_join(void)
{
	if (guard.session == recorder.session)
		return;
	if (guard.creator_session != recorder.session)
		guard.creator = 0;
	guard.session = recorder.session;
	if (guard.state)
		state_begin_anew(guard.state);
}

/* Returns an address on the calling thread's own stack. The thread may run on another one. */
static uintptr_t stack_anchor(void)
{
	if (system_tid() == system_pid())
		return (uintptr_t)__libc_stack_end;
	return arch_thread_pointer();
}

struct thread_state *thread_state_make(void)
{
	struct thread_state *state;

	if (guard.session != GUARD_UNJOINED && guard.session != recorder.session)
		return NULL; /* the thread has not joined this recording */
	state = state_recycle();
	/* Before its thread frees anything: other threads read this after they allocate. */
	if (thread_states())
		recorder.has_threads = true;
	if (!state) {
		state = system_map(STATE_BYTES, -1);
		if (!state)
			return NULL;
		state->header = (struct own_header){ OWN_HEADER_MAGIC, STATE_BYTES };
		state->stack.frames = (struct walk_frame *)((char *)state + FRAMES_OFFSET);
		state->stack.capacity = FRAMES_FIRST;
		state->stubs.limbo = state->stubs.limbo_first;
		state->stubs.limbo_capacity = LIMBO_FIRST;
		stub_supply_begin(&state->stubs.supply);
		state_register(state);
	}
	state_begin(state);
	state->stacks.own = (struct stack_bounds){ guard.stack_low, guard.stack_high };
	if (!guard.stack_high)
		stack_bounds_find(stack_anchor(), &state->stacks.own);
	guard.state = state;
	guard.session = recorder.session;
	if (!(guard.flags & GUARD_THREAD_ENDING))
		signal_stack_put(&state->stacks.signal);
	/* Keys below 32 are stored in the thread's descriptor: no allocation. */
	if (has_ending_key && ending_key < 32 && !(guard.flags & GUARD_THREAD_ENDING))
		pthread_setspecific(ending_key, (void *)1);
	return state;
}

uint64_t thread_state_room_bytes(const struct thread_state *state)
{
	uint64_t room_bytes = state->stacks.own.high - state->stacks.own.low, limit_bytes;

	/* A stack that overflowed has bounds that include all of it. */
	if (guard.stack_high)
		return guard.stack_high - guard.stack_low;
	if (!room_bytes ||
	    !stack_bounds_hold(&state->stacks.own, (uintptr_t)__libc_stack_end))
		return room_bytes;
	limit_bytes = system_limit_bytes(RLIMIT_STACK);
	return limit_bytes < room_bytes ? limit_bytes : room_bytes;
}

void thread_state_call(struct thread_state *state, uintptr_t slot,
                       void (*function)(void *), void *argument)
{
	bool is_own = stack_bounds_hold(&state->stacks.own, slot);
	uint64_t mask;

	if (!is_own && !state->stacks.spare)
		state->stacks.spare = own_stack_map(SPARE_STACK_BYTES);
	/* At its end, a thread gives its state away. */
	if (is_own || !state->stacks.spare || guard.flags & GUARD_THREAD_ENDING) {
		function(argument);
		return;
	}
	system_signals_block(&mask);
	arch_call_on_stack(function, argument,
	                   (char *)state->stacks.spare + SPARE_STACK_BYTES);
	system_signals_restore(&mask);
}

bool thread_state_grow(struct thread_state *state, uint32_t capacity, uint32_t scratch)
{
	size_t size_bytes = capacity * sizeof(struct walk_frame);
	struct walk_frame *frames = own_memory_map(size_bytes);

	if (!frames)
		return false;
	memcpy(frames, state->stack.frames, state->stack.depth * sizeof(*frames));
	memcpy(frames + capacity - scratch,
	       state->stack.frames + state->stack.capacity - scratch,
	       scratch * sizeof(*frames));
	if (state->stack.mapped_bytes)
		own_memory_unmap(state->stack.frames, state->stack.mapped_bytes);
	state->stack.frames = frames;
	state->stack.capacity = capacity;
	state->stack.mapped_bytes = size_bytes;
	return true;
}

static void bound_withdraw(struct thread_state *state, uint64_t *list)
{
	for (stub_id stub = (stub_id)(*list & BOUND_STUB_MASK), next; stub; stub = next) {
		next = outlive_stub_entries[stub].bound;
		next = next == stub ? 0 : next; /* the last one points to itself */
		stub_give_for_good(&state->stubs.supply, stub);
	}
	*list &= ~BOUND_STUB_MASK;
}

/*
 * Free all stubs of the thread: its stack is gone, and no copy of it can come back. First take
 * out the stubs of frames that are still to return.
 */
static void stubs_withdraw(struct thread_state *state)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	for (uint32_t i = 0; i < state->stack.depth; i++) {
		struct walk_frame *frame = &state->stack.frames[i];
		uintptr_t *slot = (uintptr_t *)frame->slot;

		if (!frame->stub)
			continue;
		if (frame->slot > here && stack_bounds_hold(&state->stacks.own, frame->slot) &&
		    *slot == stub_address(frame->stub))
			*slot = frame->return_address;
		stub_give_for_good(&state->stubs.supply, frame->stub);
	}
	for (uint32_t i = 0; i < state->stubs.limbo_count; i++)
		stub_give_for_good(&state->stubs.supply, state->stubs.limbo[i].stub);
	for (uint32_t i = 0; state->stubs.bound && i < BOUND_LISTS; i++)
		bound_withdraw(state, &state->stubs.bound[i]);
	state->stack.depth = 0;
	state->stubs.limbo_count = 0;
	stub_give_all(&state->stubs.supply);
}

void thread_state_release(struct thread_state *state)
{
	if (state->cursor.chunk)
		ring_park_chunk(state->cursor.chunk);
	state->cursor.chunk = NULL;
	/* From here on no other thread sees that the guard is held. */
	guard.state = NULL;
	guard.session =
		GUARD_UNJOINED; /* it joins again, and is seen then, if it records once more */
	state->tid = 0;
	stubs_withdraw(state);
	signal_stack_take(&state->stacks.signal);
	if (!free_list_enter())
		return;
	state->next_free = free_list;
	free_list = state;
	free_list_leave();
}

void thread_state_disown(void)
{
	if (guard.state)
		guard.state->cursor.chunk = NULL;
}

void thread_state_abandon(struct thread_state *state)
{
	code_map_abandon();
	if (state->cursor.chunk && state->session == recorder.session)
		ring_finish_chunk(state->cursor.chunk);
	state->cursor.chunk = NULL;
	/* Stubs in the stack still work: walks treat them as another thread's. */
	state->stack.depth = 0;
	for (uint32_t i = 0; i < state->throwing.count; i++)
		state->throwing.throws[i].keep = 0;
	state->stubs.limbo_count = 0;
	if (state->stubs.bound)
		memset(state->stubs.bound, 0, BOUND_LISTS * sizeof(*state->stubs.bound));
	state->stubs.supply.count = 0;
}

void thread_state_forked_unrecorded(void)
{
	code_map_forked();
	free_list = NULL;
	atomic_store_explicit(&all_states, NULL, memory_order_relaxed);
	atomic_store_explicit(&free_list_busy, false, memory_order_relaxed);
	recorder.has_threads = false;
	guard.creator = 0; /* a thread of another process */
	if (guard.state)
		state_register(guard.state);
}

void thread_state_forked(void)
{
	thread_state_forked_unrecorded();
	guard.session = recorder.session;
	if (guard.state)
		state_begin_anew(guard.state);
}
