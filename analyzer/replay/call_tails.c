/* replay/call_tails.c - the innermost frames of call paths. */
#include "replay/call_tails.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

int call_tails_init(struct call_tails *tails)
{
	*tails = (struct call_tails){ .passes = NULL };
	return call_tree_init(&tails->tree);
}

void call_tails_release(struct call_tails *tails)
{
	call_tree_release(&tails->tree);
	free(tails->known);
	tails->known = NULL;
}

/* Find or add the nodes of `frames` frames that end at `depth`, from the innermost outwards. */
static uint32_t tail_add(struct call_tree *tree, const struct thread *thread,
                         uint32_t depth, uint32_t frames)
{
	uint32_t node = CALL_ROOT, child, location, i;
	uint64_t path = CALL_PATH_ROOT;

	for (i = 1; i <= frames && node != CALL_NODE_NONE; i++) {
		location = thread->stack[depth - i].location;
		path = call_path(path, location);
		child = call_tree_find(tree, path);
		if (child == CALL_NODE_NONE)
			child = call_tree_add(tree, node, location);
		node = child;
	}
	return node;
}

void call_tails_ask(struct call_tails *tails, call_tail_passes *passes,
                    const void *context)
{
	tails->passes = passes;
	tails->context = context;
}

enum tail_known { NOT_ASKED = 0, STAYS, PASSES };

/* Whether the function at the location only frees for its caller; false when memory is out. */
static bool location_passes(struct call_tails *tails, uint32_t location)
{
	if (array_reserve_zeroed(tails->known, tails->known_capacity, location + 1))
		return false;
	if (tails->known[location] == NOT_ASKED)
		tails->known[location] = tails->passes(tails->context, location) ? PASSES
		                                                                 : STAYS;
	return tails->known[location] == PASSES;
}

/* How many of the thread's innermost frames to leave out. */
static uint32_t tail_first(struct call_tails *tails, const struct thread *thread)
{
	uint32_t passing = 0;

	if (!tails->passes || thread->depth <= CALL_TAIL_FRAMES)
		return 0;
	while (passing < thread->depth &&
	       location_passes(tails, thread->stack[thread->depth - 1 - passing].location))
		passing++;
	return passing < CALL_TAIL_FRAMES || passing == thread->depth ? 0 : passing;
}

uint32_t call_tails_find(struct call_tails *tails, const struct thread *thread)
{
	uint32_t first = tail_first(tails, thread), left = thread->depth - first;
	uint32_t frames = left < CALL_TAIL_FRAMES ? left : CALL_TAIL_FRAMES;
	uint64_t path = CALL_PATH_ROOT;
	uint32_t node, i;

	for (i = 1; i <= frames; i++)
		path = call_path(path, thread->stack[left - i].location);
	node = call_tree_find(&tails->tree, path);
	return node != CALL_NODE_NONE ? node : tail_add(&tails->tree, thread, left, frames);
}
