/*
 * record/pace.h - how often the sizes of processes can be read at an acceptable cost.
 *
 * Sizes are read and kept at regular times, as often as was asked for, unless that takes more than
 * 1 % of a processor. Between these, sizes are read to find peaks, if that takes at most 0.25 %.
 */
#ifndef OUTLIVE_RECORD_PACE_H
#define OUTLIVE_RECORD_PACE_H

#include <stddef.h>
#include <stdint.h>

struct size_pace {
	uint64_t every_ns;             /* interval that was asked for */
	uint64_t regular_ns, apart_ns; /* between regular readings, and between any two */
	uint64_t reading_ns;           /* average cost of one reading */
};

struct size_pace size_pace_of(uint64_t every_ns);

/* Set the intervals for this number of processes. */
void size_pace_set(struct size_pace *pace, size_t processes);

/* Update the average: these readings took `cost_ns` of processor time together. */
void size_pace_learn(struct size_pace *pace, size_t readings, uint64_t cost_ns);

/*
 * The time of the next reading. It is the same for all processes, whenever they began, so that
 * one wake-up serves all.
 */
uint64_t size_pace_next(const struct size_pace *pace, uint64_t now_ns);

#endif
