/*
 * verdict/hubs.h - frames that own nearly everything: main loops, starts of threads, event loops.
 * That such a frame owns a block says only that it is kept; the function that keeps it is further
 * in.
 */
#ifndef OUTLIVE_VERDICT_HUBS_H
#define OUTLIVE_VERDICT_HUBS_H

#include "verdict/function_table.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A frame is a hub if more than HUB_PERCENT of the call paths of its thread go through it, and it
 * calls, perhaps by way of other such frames, at least HUB_CALLEES functions that allocate.
 */
#define HUB_PERCENT 50
#define HUB_CALLEES 4
#define HUB_BLOCKS_EACH \
	8 /* blocks of a call path that one activation of it owns, at least */

struct hubs {
	uint32_t *of_node; /* by node of the call tree: its group */
	bool *is_crossing; /* by group: so many call paths go through it */
	bool *is_hub;      /* by group: it also calls so many functions */
};

/* 0, or -1 when memory is out; release it either way. */
int hubs_make(struct hubs *hubs, const struct profile *profile,
              const struct function_table *functions);
void hubs_release(struct hubs *hubs);

/*
 * The node of the function that keeps blocks of the call path. `owner`: the node that owns them;
 * `inner`: the innermost node that is no wrapper. If the owner is a hub, that is the innermost
 * function further in that also freed most of them, in a later call (a cache that replaces its
 * entries); or else the outermost one further in that is no hub. Otherwise it is the owner.
 */
uint32_t hubs_keeper(const struct hubs *hubs, const struct profile *profile,
                     const struct function_table *functions, uint32_t path,
                     uint32_t owner, uint32_t inner);

#endif
