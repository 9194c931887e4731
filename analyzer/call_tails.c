/* call_tails.c - the inner ends of call paths. Layer 4. */
#include "call_tails.h"

#include <string.h>

int call_tails_init(struct call_tails *tails)
{
	memset(tails->recent, 0, sizeof(tails->recent));
	return call_tree_init(&tails->tree);
}

void call_tails_release(struct call_tails *tails)
{
	call_tree_release(&tails->tree);
}

/* The tail is new: its node, and those of its own inner ends. */
static uint32_t tail_add(struct call_tree *tree, const struct thread *thread,
                         uint32_t frames)
{
	uint32_t node = CALL_ROOT, child, location, i;
	uint64_t path = CALL_PATH_ROOT;

	for (i = 1; i <= frames && node != CALL_NODE_NONE; i++) {
		location = thread->stack[thread->depth - i].location;
		path = call_path(path, location);
		child = call_tree_find(tree, path);
		if (child == CALL_NODE_NONE)
			child = call_tree_add(tree, node, location);
		node = child;
	}
	return node;
}

uint32_t call_tails_find(struct call_tails *tails, const struct thread *thread)
{
	uint32_t frames = thread->depth < CALL_TAIL_FRAMES ? thread->depth
	                                                   : CALL_TAIL_FRAMES;
	uint64_t path = CALL_PATH_ROOT;
	uint32_t node, i;

	for (i = 1; i <= frames; i++)
		path = call_path(path, thread->stack[thread->depth - i].location);
	node = call_tree_find(&tails->tree, path);
	return node != CALL_NODE_NONE ? node : tail_add(&tails->tree, thread, frames);
}
