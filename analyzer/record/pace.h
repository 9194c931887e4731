/*
 * record/pace.h - how often the sizes of so many processes can be read.
 *
 * Sizes are kept every so often, unless that alone would take more than a hundredth of a
 * processor; between that they are read for peaks, where it costs next to nothing.
 */
#ifndef OUTLIVE_RECORD_PACE_H
#define OUTLIVE_RECORD_PACE_H

#include <stddef.h>
#include <stdint.h>

struct size_pace {
	uint64_t every_ns;          /* what is asked for */
	uint64_t mark_ns, apart_ns; /* how often sizes are kept, and read */
	uint64_t reading_ns;        /* what a reading takes, on average */
};

struct size_pace size_pace_of(uint64_t every_ns);

/* For so many processes. */
void size_pace_set(struct size_pace *pace, size_t processes);

/* So many readings took so long. */
void size_pace_learn(struct size_pace *pace, size_t readings, uint64_t cost_ns);

/* When to read next: all at the same times, whenever they began, so that one turn does. */
uint64_t size_pace_next(const struct size_pace *pace, uint64_t now_ns);

#endif
