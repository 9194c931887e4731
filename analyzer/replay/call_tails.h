/*
 * replay/call_tails.h - the innermost frames of call paths, each sequence once: enough of a
 * stack that freed a block to find the function that meant to free it.
 *
 * That takes CALL_TAIL_FRAMES frames. If all of these only free for their callers, they are
 * left out together with all further frames that do: the sequence then begins with the function
 * that they free for.
 */
#ifndef OUTLIVE_REPLAY_CALL_TAILS_H
#define OUTLIVE_REPLAY_CALL_TAILS_H

#include "replay/call_tree.h"
#include "replay/thread_stack.h"

#include <stdbool.h>
#include <stdint.h>

#define CALL_TAIL_FRAMES 8
#define CALL_TAILS_RECENT 1024

/* Whether the function at a location is known to free, or allocate, for its caller. */
typedef bool call_tail_passes(const void *context, uint32_t location);

/*
 * A node of this tree stands for a sequence of innermost frames: from the node to the root,
 * outermost first. CALL_ROOT stands for an empty stack.
 */
struct call_tails {
	struct call_tree tree;
	call_tail_passes *passes; /* NULL: no such function is known */
	const void *context;
	uint8_t *known; /* by location: the answer of `passes`, as enum tail_known */
	uint32_t known_capacity;
	struct {
		uint64_t path; /* of the whole stack */
		uint32_t node;
	} recent[CALL_TAILS_RECENT];
};

/*
 * Call before the first call_tails_node(): the function that tells which frames pass blocks on.
 */
void call_tails_ask(struct call_tails *tails, call_tail_passes *passes,
                    const void *context);

/* 0, or -1 when memory is out. */
int call_tails_init(struct call_tails *tails);
void call_tails_release(struct call_tails *tails);

/* call_tails_node() without its shortcut. */
uint32_t call_tails_find(struct call_tails *tails, const struct thread *thread);

/* The node of the innermost frames of the thread's stack; CALL_NODE_NONE: memory is out. */
static inline uint32_t call_tails_node(struct call_tails *tails,
                                       const struct thread *thread)
{
	uint64_t path = thread->depth ? thread->stack[thread->depth - 1].path : 0;
	uint32_t slot = (uint32_t)(path >> 24) % CALL_TAILS_RECENT;

	if (!path)
		return CALL_ROOT;
	if (tails->recent[slot].path != path) {
		tails->recent[slot].node = call_tails_find(tails, thread);
		tails->recent[slot].path = path;
	}
	return tails->recent[slot].node;
}

#endif
