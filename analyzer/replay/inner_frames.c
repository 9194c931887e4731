/* replay/inner_frames.c - the innermost frames of call paths. */
#include "replay/inner_frames.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

int inner_frames_init(struct inner_frames *inner)
{
	*inner = (struct inner_frames){ .passes = NULL };
	return call_tree_init(&inner->tree);
}

void inner_frames_release(struct inner_frames *inner)
{
	call_tree_release(&inner->tree);
	free(inner->known);
	inner->known = NULL;
}

/* Find or add the nodes of `frames` frames that end at `depth`, from the innermost outwards. */
static uint32_t inner_add(struct call_tree *tree, const struct thread *thread,
                          uint32_t depth, uint32_t frames)
{
	uint32_t node = CALL_ROOT, child, location, i;
	uint64_t hash = CALL_HASH_ROOT;

	for (i = 1; i <= frames && node != CALL_NODE_NONE; i++) {
		location = thread->stack[depth - i].location;
		hash = call_hash(hash, location);
		child = call_tree_find(tree, hash);
		if (child == CALL_NODE_NONE)
			child = call_tree_add(tree, node, location);
		node = child;
	}
	return node;
}

void inner_frames_ask(struct inner_frames *inner, inner_frame_passes *passes,
                      const void *context)
{
	inner->passes = passes;
	inner->context = context;
}

enum inner_known { NOT_ASKED = 0, STAYS, PASSES };

/* Whether the function at the location only frees for its caller; false when memory is out. */
static bool location_passes(struct inner_frames *inner, uint32_t location)
{
	if (array_reserve_zeroed(inner->known, inner->known_capacity, location + 1))
		return false;
	if (inner->known[location] == NOT_ASKED)
		inner->known[location] = inner->passes(inner->context, location) ? PASSES
		                                                                 : STAYS;
	return inner->known[location] == PASSES;
}

/* How many of the thread's innermost frames to leave out. */
static uint32_t inner_first(struct inner_frames *inner, const struct thread *thread)
{
	uint32_t passing = 0;

	if (!inner->passes || thread->depth <= INNER_FRAMES_MAX)
		return 0;
	while (passing < thread->depth &&
	       location_passes(inner, thread->stack[thread->depth - 1 - passing].location))
		passing++;
	/*
	 * With fewer passing frames the sequence reaches the function that they free for anyway. If
	 * all frames pass, there is no such function.
	 */
	return passing < INNER_FRAMES_MAX || passing == thread->depth ? 0 : passing;
}

/*
 * Compute the whole name first: the sequence is usually in the tree, so one search is enough.
 * Only a new sequence is searched for frame by frame.
 */
uint32_t inner_frames_find(struct inner_frames *inner, const struct thread *thread)
{
	uint32_t first = inner_first(inner, thread), left = thread->depth - first;
	uint32_t frames = left < INNER_FRAMES_MAX ? left : INNER_FRAMES_MAX;
	uint64_t hash = CALL_HASH_ROOT;
	uint32_t node, i;

	for (i = 1; i <= frames; i++)
		hash = call_hash(hash, thread->stack[left - i].location);
	node = call_tree_find(&inner->tree, hash);
	return node != CALL_NODE_NONE ? node
	                              : inner_add(&inner->tree, thread, left, frames);
}
