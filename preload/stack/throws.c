/*
 * stack/throws.c - keep track of exceptions from their throw until they are caught.
 */
#include "stack/throws.h"

/* Call after any change of the throws. */
static void throws_settle(struct thread_state *state)
{
	const struct throw_entry *last = state->throwing.count
	                                     ? &state->throwing
	                                            .throws[state->throwing.count - 1]
	                                     : NULL;
	bool patch_none = false;

	for (uint32_t i = 0; i < state->throwing.count; i++)
		patch_none |= state->throwing.throws[i].patch_none;
	state->throwing.exception = last && last->is_written ? last->exception : NULL;
	state->throwing.ceiling = patch_none ? CEILING_ALL : state->throwing.ceiling_slot;
}

/* Returns the number of `exception` among the throws, from 1; 0: it is not among them. */
static uint32_t throw_find(const struct thread_state *state, const void *exception)
{
	uint32_t number = exception ? state->throwing.count : 0;

	while (number && state->throwing.throws[number - 1].exception != exception)
		number--;
	return number;
}

void throws_begin(struct thread_state *state, const void *exception,
                  const struct walk_result *walk, bool is_written, bool patch_none)
{
	struct throw_entry *entry = &state->throwing.throws[THROWS_MAX - 1];

	/*
	 * If there are too many, keep the outermost, which forbid most. The last stands for the
	 * rest.
	 */
	if (state->throwing.count < THROWS_MAX) {
		entry = &state->throwing.throws[state->throwing.count++];
	} else {
		patch_none |= entry->patch_none;
		state->throwing.is_unsure = true;
	}
	*entry = (struct throw_entry){
		.exception = exception,
		.keep = is_written      ? state->stack.depth
		        : walk->carried ? 0
		                        : walk->keep,
		.is_written = is_written,
		.patch_none = patch_none,
	};
	throws_settle(state);
}

void throws_limit(struct thread_state *state, uintptr_t slot)
{
	if (!state->throwing.ceiling_slot || slot < state->throwing.ceiling_slot)
		state->throwing.ceiling_slot = slot;
	throws_settle(state);
}

/* Remove an entry; later ones move up. Call throws_settle() afterwards. */
static struct throw_entry throw_take(struct thread_state *state, uint32_t number)
{
	struct throw_entry entry = state->throwing.throws[number - 1];

	state->throwing.count--;
	for (uint32_t i = number - 1; i < state->throwing.count; i++)
		state->throwing.throws[i] = state->throwing.throws[i + 1];
	return entry;
}

bool throws_arrive(struct thread_state *state, const void *exception)
{
	uint32_t number = throw_find(state, exception);
	struct throw_entry entry;

	if (!number)
		return false;
	/* Later exceptions may wait on another stack: they are not over because of this one. */
	entry = throw_take(state, number);
	state->throwing.throws[state->throwing.count++] = entry;
	throws_settle(state);
	return entry.is_written;
}

void throws_end(struct thread_state *state, const void *exception)
{
	uint32_t number = throw_find(state, exception);

	if (!number)
		return;
	throw_take(state, number);
	throws_settle(state);
}

/* Whether one of the frames [from, to) has returned, which unwinding does not do. */
static bool any_returned(const struct thread_state *state, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		const struct walk_frame *frame = &state->stack.frames[i];

		if (frame->stub && !(frame->flags & (FRAME_DEAD | FRAME_JUMPED)) &&
		    outlive_stub_entries[frame->stub].returned)
			return true;
	}
	return false;
}

void throws_follow(struct thread_state *state, const struct walk_result *walk)
{
	/* If a stack is cut, some outer frames are removed, and the others move there. */
	uint32_t first = walk->carried ? walk->carried_from : 0;
	uint32_t keep = walk->carried ? first + walk->carried : walk->keep;
	uint32_t left = 0;

	for (uint32_t i = 0; i < state->throwing.count; i++) {
		struct throw_entry *entry = &state->throwing.throws[i];
		uint32_t to = entry->keep < state->stack.depth ? entry->keep
		                                               : state->stack.depth;

		if (any_returned(state, keep, to))
			continue;
		if (keep < to)
			to = keep;
		entry->keep = to > first ? to - first : 0;
		state->throwing.throws[left++] = *entry;
	}
	if (left == state->throwing.count)
		return;
	state->throwing.count = left;
	state->throwing.is_unsure = true;
	throws_settle(state);
}

void throws_jump(struct thread_state *state, uintptr_t sp)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < state->throwing.count; i++) {
		const struct throw_entry *entry = &state->throwing.throws[i];

		/*
		 * The innermost frame that still stands belongs to the function that cleans up.
		 */
		bool stands = entry->keep && entry->keep <= state->stack.depth &&
		              state->stack.frames[entry->keep - 1].slot >= sp;

		/* If it is not known which frames that is, the exception may still be in flight. */
		if (stands || (!entry->keep && entry->patch_none))
			state->throwing.throws[left++] = *entry;
	}
	state->throwing.is_unsure |= left < state->throwing.count;
	state->throwing.count = left;
	throws_settle(state);
}

void throws_miss(struct thread_state *state)
{
	state->throwing.is_unsure = true;
}

bool throws_is_older(const struct thread_state *state, const void *exception)
{
	return !state->throwing.is_unsure && !throw_find(state, exception);
}
