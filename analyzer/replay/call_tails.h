/*
 * replay/call_tails.h - the inner ends of call paths, each once: enough of who freed a block to
 * find the function that meant to.
 *
 * That is CALL_TAIL_FRAMES frames. Where all of these only free for their callers, they and
 * all others that do are left out: a tail begins with the one that they do it for.
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
 * A node of this tree is a tail: from it to the root are its frames, outermost first.
 * CALL_ROOT is the tail of an empty stack.
 */
struct call_tails {
	struct call_tree tree;
	call_tail_passes *passes; /* NULL: of none it is known */
	const void *context;
	uint8_t *known; /* by location, what was said: enum tail_known */
	uint32_t known_capacity;
	struct {
		uint64_t path; /* of the whole stack */
		uint32_t node;
	} recent[CALL_TAILS_RECENT];
};

/* Before the first tail: whom to ask. */
void call_tails_ask(struct call_tails *tails, call_tail_passes *passes,
                    const void *context);

/* 0, or -1 when memory is out. */
int call_tails_init(struct call_tails *tails);
void call_tails_release(struct call_tails *tails);

/* call_tails_node() without its shortcut. */
uint32_t call_tails_find(struct call_tails *tails, const struct thread *thread);

/* The tail of the thread's stack; CALL_NODE_NONE: memory is out. */
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
