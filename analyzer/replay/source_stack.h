/*
 * replay/source_stack.h - turns what an event says of a thread's machine frames into what
 * became of its source frames.
 *
 * An event keeps some machine frames, and names the call that each further one is in now. All
 * but one of these frames are new, and so are all source frames in them. The one whose call
 * changed is the same machine frame as before: which of the functions inlined into it are the
 * same activations as before, the source map says (replay/source_map.h).
 */
#ifndef OUTLIVE_REPLAY_SOURCE_STACK_H
#define OUTLIVE_REPLAY_SOURCE_STACK_H

#include "replay/source_map.h"
#include "replay/thread_stack.h"
#include "trace/event.h"

/*
 * Apply the frames of the thread's newest event. `locations`: of the address map, the pushed
 * ones, outermost first. `is_doubted`: its machine frames are not exact, but for the outer
 * event->sure ones. Returns 0, or -1 when memory is out.
 */
int source_stack_event(struct source_map *map, struct thread *thread,
                       const struct event *event, const uint32_t *locations,
                       bool is_doubted);

/*
 * Whether an event without new and ended frames changes source frames: the innermost call, which
 * was made again, is inlined, or of a function that jumped.
 */
static inline bool source_stack_again(const struct thread *thread)
{
	return thread->level_count &&
	       thread->depth > thread->levels[thread->level_count - 1].own + 1;
}

/*
 * All frames are new: nothing is known of what was before. `gaps`: the machine frames with an
 * unknown caller, counted from the outermost. 0, or -1 when memory is out.
 */
int source_stack_restart(struct source_map *map, struct thread *thread,
                         const uint32_t *locations, uint32_t count,
                         const uint32_t *gaps, uint32_t gap_count);

/*
 * In which of the thread's frames a function may be missing (replay/source_map.h: vague calls).
 * Bit i: in the frame that is i frames further out than the innermost; 63: or more.
 */
uint64_t source_stack_vague(const struct source_map *map, const struct thread *thread);

/*
 * Whether that leaves open who owned a block born on these frames, `depth` of which have ended.
 * A function that is missing further in has ended, too, and one further out runs.
 */
static inline bool source_stack_is_vague(uint64_t vague, uint32_t depth)
{
	return vague >> (depth < 63 ? depth : 63) & 1;
}

#endif
