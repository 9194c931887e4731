/* replay/timeline.c - live bytes over time. */
#include "replay/timeline.h"

/* Merge each pair of steps into one that lasts twice as long. */
static void timeline_widen(struct timeline *timeline)
{
	uint64_t *bytes = timeline->bytes_max;
	uint32_t i;

	for (i = 0; i < TIMELINE_STEPS / 2; i++)
		bytes[i] = bytes[2 * i] > bytes[2 * i + 1] ? bytes[2 * i] : bytes[2 * i + 1];
	for (; i < TIMELINE_STEPS; i++)
		bytes[i] = 0;
	timeline->step /= 2;
	timeline->shift++;
}

/*
 * Widen the steps until `time` has one. The steps that were skipped saw no change, so what was
 * live until now was live during each of them.
 */
void timeline_step(struct timeline *timeline, uint64_t time, uint64_t live_bytes)
{
	uint64_t since = time > timeline->start ? time - timeline->start : 0;

	while (since >> timeline->shift >= TIMELINE_STEPS)
		timeline_widen(timeline);
	while (timeline->step < since >> timeline->shift)
		timeline->bytes_max[++timeline->step] = live_bytes;
	timeline->step_end = timeline->start +
	                     ((uint64_t)(timeline->step + 1) << timeline->shift);
}
