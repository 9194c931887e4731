/*
 * go/heap.h - the profile of Go's heap: the runtime's own sampler, switched on, and what it has
 * counted, written into the ring. Takes none of Go's locks, and never runs Go code.
 */
#ifndef OUTLIVE_PRELOAD_GO_HEAP_H
#define OUTLIVE_PRELOAD_GO_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "go/runtime.h"

/*
 * Sample one allocation for each `rate` bytes in the runtimes that are found from now on. 0: leave
 * them as they are.
 */
void go_heap_want(uint64_t rate);

/* Switch its sampler on, unless the program has set the rate itself. */
void go_heap_switch_on(const struct go_runtime *runtime);

/*
 * The same for runtimes that set the rate themselves when they start: call when a thread is
 * created. Cheap.
 */
void go_heap_switch_on_late(void);

/*
 * Whether the program filters its system calls, but was not started so, as containers are. Go
 * sets a filter by system calls of its own, which no one sees: it may forbid anything.
 */
bool go_heap_is_filtered(void);

/*
 * Write the profiles of all runtimes as they are now: a microsecond for each of the runtime's
 * buckets, at most. Does nothing where no sampler was to be switched on, or
 * system calls are filtered.
 */
void go_heap_record(uint64_t time);

/*
 * The same now and then, so that something is known of a process that is killed: every second at
 * most, and 1 % of the time at most, later less often. Call where the process takes more memory,
 * or creates a thread. Does nothing where the ring has no reader, which makes room again.
 */
void go_heap_record_sometimes(void);

#endif
