/*
 * replay/inner_frames.h - the innermost frames of call paths, each sequence once: enough of a
 * stack that freed a block to find the function that meant to free it.
 *
 * That takes INNER_FRAMES_MAX frames. If all of these only free for their callers, they are
 * left out together with all further frames that do: the sequence then begins with the function
 * that they free for.
 */
#ifndef OUTLIVE_REPLAY_INNER_FRAMES_H
#define OUTLIVE_REPLAY_INNER_FRAMES_H

#include "replay/call_tree.h"
#include "replay/thread_stack.h"

#include <stdbool.h>
#include <stdint.h>

#define INNER_FRAMES_MAX 8
#define INNER_FRAMES_RECENT 1024

/* Whether the function at a location is known to free, or allocate, for its caller. */
typedef bool inner_frame_passes(const void *context, uint32_t location);

/*
 * A node of this tree stands for a sequence of innermost frames: from the node to the root,
 * outermost first. CALL_ROOT stands for an empty stack.
 */
struct inner_frames {
	struct call_tree tree;
	inner_frame_passes *passes; /* NULL: no such function is known */
	const void *context;
	uint8_t *known; /* by location: the answer of `passes`, as enum inner_known */
	uint32_t known_capacity;
	struct {
		uint64_t hash; /* of the whole stack */
		uint32_t node;
	} recent[INNER_FRAMES_RECENT];
};

/*
 * Call before the first inner_frames_node(): the function that tells which frames pass blocks on.
 */
void inner_frames_ask(struct inner_frames *inner, inner_frame_passes *passes,
                      const void *context);

/* 0, or -1 when memory is out. */
int inner_frames_init(struct inner_frames *inner);
void inner_frames_release(struct inner_frames *inner);

/* inner_frames_node() without its shortcut. */
uint32_t inner_frames_find(struct inner_frames *inner, const struct thread *thread);

/* The node of the innermost frames of the thread's stack; CALL_NODE_NONE: memory is out. */
static inline uint32_t inner_frames_node(struct inner_frames *inner,
                                         const struct thread *thread)
{
	uint64_t hash = thread->depth ? thread->stack[thread->depth - 1].hash : 0;
	uint32_t slot = (uint32_t)(hash >> 24) % INNER_FRAMES_RECENT;

	if (!hash)
		return CALL_ROOT;
	if (inner->recent[slot].hash != hash) {
		inner->recent[slot].node = inner_frames_find(inner, thread);
		inner->recent[slot].hash = hash;
	}
	return inner->recent[slot].node;
}

#endif
