/*
 * replay/timeline.h - live bytes over time, in a fixed number of steps that get wider as the
 * recording gets longer.
 */
#ifndef OUTLIVE_REPLAY_TIMELINE_H
#define OUTLIVE_REPLAY_TIMELINE_H

#include <stdint.h>

#define TIMELINE_STEPS 128

struct timeline {
	uint64_t bytes_max[TIMELINE_STEPS]; /* most live bytes during each step */
	uint64_t start;                     /* quanta; of step 0 */
	uint64_t step_end;                  /* of the current step */
	uint32_t step;  /* the current step; those after it have no value yet */
	uint32_t shift; /* a step lasts 1 << shift quanta */
};

static inline void timeline_init(struct timeline *timeline, uint64_t start)
{
	*timeline = (struct timeline){ .start = start, .step_end = start + 1 };
}

/* Advance to the step of `time`; `live_bytes` were live until then. */
void timeline_step(struct timeline *timeline, uint64_t time, uint64_t live_bytes);

/* Call before live bytes change at `time`, with their number before ... */
static inline void timeline_advance(struct timeline *timeline, uint64_t time,
                                    uint64_t live_bytes)
{
	if (time >= timeline->step_end)
		timeline_step(timeline, time, live_bytes);
}

/* ... and call after they grew. */
static inline void timeline_add(struct timeline *timeline, uint64_t live_bytes)
{
	if (live_bytes > timeline->bytes_max[timeline->step])
		timeline->bytes_max[timeline->step] = live_bytes;
}

#endif
