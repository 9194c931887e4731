/* event/births.c - keeps the account of sampled blocks. */
#include "event/births.h"

#include "event/hold.h"
#include "event/sentinel.h"
#include "ring/ring.h"
#include "stack/frames.h"
#include "system/clock.h"

#define HASH_FACTOR UINT64_C(0x9E3779B97F4A7C15)

void births_start(void)
{
	recorder.background = ring_account.header && !recorder.sampling ? recorder.session
	                                                                : 0;
}

/* Where only a sample is recorded, a block was drawn before it was. */
__attribute__((noinline)) bool births_draw(uint64_t size_bytes)
{
	return recorder.sampling ? ring_account.header != NULL
	                         : !sampling_skips_cold(size_bytes);
}

/* ---- call paths ------------------------------------------------------------------- */

/* The frames of the thread's last event that are kept: [first, depth), outermost first. */
struct path_frames {
	const struct walk_frame *frames;
	uint32_t first, depth;
	uint32_t left_out; /* further out */
};

static uint64_t frame_value(const struct walk_frame *frame)
{
	return frame->return_address |
	       (frame->flags & (FRAME_CUT | FRAME_DROPPED) ? ACCOUNT_FRAME_GAP : 0);
}

static uint64_t frames_hash(const struct path_frames *path)
{
	uint64_t hash = path->left_out != 0;

	for (uint32_t i = path->first; i < path->depth; i++) {
		hash = (hash + frame_value(&path->frames[i])) * HASH_FACTOR;
		hash ^= hash >> 29;
	}
	return hash | 1; /* not 0 */
}

/* Whether the thread's last event is the one of this call: it may have been lost. */
static bool is_of_caller(const struct thread_state *state,
                         const struct walk_start *caller)
{
	const struct walk_frame *inner;

	if (!state || !state->stack.depth)
		return false;
	inner = &state->stack.frames[state->stack.depth - 1];
	/* a function that jumped to the allocator may have a stub there */
	return inner->slot == caller->slot &&
	       (inner->return_address == caller->return_address ||
	        stub_is(caller->return_address));
}

static uint32_t path_make(const struct path_frames *from, uint64_t hash, uint64_t time)
{
	uint32_t count = from->depth - from->first;
	struct account_path *path = account_path_reserve(count);
	uint64_t *frames;

	if (!path)
		return 0;
	frames = (uint64_t *)(path + 1);
	*path = (struct account_path){ .hash = hash,
		                           .frame_count = count,
		                           .frames_left_out = from->left_out,
		                           .time_first = time };
	for (uint32_t i = 0; i < count; i++)
		frames[i] = frame_value(&from->frames[from->depth - 1 - i]);
	return account_path_publish(path);
}

/* The number of the thread's call path. */
static uint32_t path_of(const struct thread_state *state,
                        const struct walk_start *caller, uint64_t time)
{
	struct path_frames path;
	uint32_t number;
	uint64_t hash;

	if (!is_of_caller(state, caller))
		return ACCOUNT_PATH_OTHERS;
	path = (struct path_frames){ state->stack.frames, 0, state->stack.depth,
		                         state->stack.cut_frames };
	if (path.depth > ACCOUNT_FRAMES_MAX) {
		path.first = path.depth - ACCOUNT_FRAMES_MAX;
		path.left_out += path.first;
	}
	hash = frames_hash(&path);
	number = account_path_find(hash);
	if (!number)
		number = path_make(&path, hash, time);
	return number ? number : ACCOUNT_PATH_OTHERS;
}

static void add(uint64_t *sum, uint64_t value)
{
	atomic_fetch_add_explicit((_Atomic uint64_t *)sum, value, memory_order_relaxed);
}

static void path_count(uint32_t number, uint64_t size_bytes, uint64_t time)
{
	struct account_path *path = account_path_at(number);
	uint64_t weight = sampling_weight(size_bytes, sampling_mean_bytes());

	if (!path)
		return;
	if (!path->time_first) /* of the others */
		atomic_store_explicit((_Atomic uint64_t *)&path->time_first, time,
		                      memory_order_relaxed);
	atomic_store_explicit((_Atomic uint64_t *)&path->time_last, time,
	                      memory_order_relaxed);
	add(&path->births, 1);
	add(&path->born_blocks, weight);
	add(&path->born_bytes,
	    (uint64_t)((unsigned __int128)size_bytes * weight >> ACCOUNT_WEIGHT_BITS));
}

/* ---- blocks ----------------------------------------------------------------------- */

static void account_give(bool is_counted)
{
	if (is_counted)
		hold_give_stateless();
}

/* The time is written first: a block that a reader finds has one. */
static void block_set(struct account_block *block, const struct account_block *to)
{
	atomic_store_explicit((_Atomic uint64_t *)&block->time, to->time,
	                      memory_order_relaxed);
	atomic_store_explicit((_Atomic uint64_t *)&block->what, to->what,
	                      memory_order_release);
}

/* Put the address into the table, and what is known of it into the account. */
static void block_put(const void *block, const struct account_block *to)
{
	struct account_block *at = NULL;

	if (sample_table_put((uintptr_t)block))
		at = account_block_at(sample_table_find((uintptr_t)block));
	if (at)
		block_set(at, to);
	else
		account_count_unplaced();
}

/*
 * The account goes with its recording, which cannot end while the guard is held by a thread that
 * has a state. False: there is none.
 */
static bool account_hold(bool *is_counted)
{
	*is_counted = !guard.state && !(guard.flags & GUARD_COUNTED);
	if (*is_counted)
		hold_stateless();
	if (recorder.is_recording && ring_account.header)
		return true;
	account_give(*is_counted);
	return false;
}

__attribute__((noinline)) void births_write(const struct walk_start *caller,
                                            const void *block, uint64_t size_bytes)
{
	uint64_t time = clock_before();
	struct account_block to = { .time = time };
	bool is_counted;
	uint32_t path;

	if (!block || !account_hold(&is_counted))
		return;
	path = path_of(guard.state, caller, time);
	to.what = (uint64_t)path << ACCOUNT_SIZE_BITS |
	          (size_bytes < ACCOUNT_SIZE_MAX ? size_bytes : ACCOUNT_SIZE_MAX);
	path_count(path, size_bytes, time);
	block_put(block, &to);
	account_give(is_counted);
}

/*
 * The account may be written only while the guard is held, by this call or by one that it
 * interrupted: then the recording cannot end, and its ring go, meanwhile. A forked child that does
 * not know it yet has its parent's.
 */
__attribute__((noinline)) void births_end_cold(const void *block,
                                               struct account_block *kept)
{
	struct account_block *at = NULL;
	uint32_t slot = sample_table_find((uintptr_t)block);
	bool is_counted;

	if (slot == SAMPLE_NONE)
		return;
	if (guard.sp && account_hold(&is_counted)) {
		if (*recorder.sentinel || !sentinel_is_forked())
			at = account_block_at(slot);
		if (at && kept)
			*kept = *at;
		if (at)
			atomic_store_explicit((_Atomic uint64_t *)&at->what, 0,
			                      memory_order_relaxed);
		account_give(is_counted);
	}
	sample_table_take((uintptr_t)block);
}

void births_resume(const void *block, const struct account_block *kept)
{
	bool is_counted;

	if (kept->what && account_hold(&is_counted)) {
		block_put(block, kept);
		account_give(is_counted);
	} else if (recorder.sampling)
		sampling_takes(block, 0);
}
