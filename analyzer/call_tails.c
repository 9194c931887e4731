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

uint32_t call_tails_find(struct call_tails *tails, const struct thread *thread)
{
	uint32_t frames = thread->depth < CALL_TAIL_FRAMES ? thread->depth
	                                                   : CALL_TAIL_FRAMES;
	uint32_t node = CALL_ROOT, child, location, i;
	uint64_t path = CALL_PATH_ROOT;

	for (i = 1; i <= frames && node != CALL_NODE_NONE; i++) {
		location = thread->stack[thread->depth - i].location;
		path = call_path(path, location);
		child = call_tree_find(&tails->tree, path);
		if (child == CALL_NODE_NONE)
			child = call_tree_add(&tails->tree, node, location);
		node = child;
	}
	return node;
}
