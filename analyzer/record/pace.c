/* record/pace.c - calculates how often sizes are read. */
#include "record/pace.h"

#define APART_NS UINT64_C(20000000)
#define REGULAR_SHARE 100 /* regular readings take at most this part of a processor */
#define REGULAR_STEPS 4   /* delayed in such parts of every_ns, to stay regular */
#define BETWEEN_SHARE 400 /* readings between those, likewise */
#define READING_NS 1500   /* assumed cost of a reading until it is measured */
#define AVERAGED 512      /* readings in the moving average */
#define AVERAGED_AT_ONCE 64

struct size_pace size_pace_of(uint64_t every_ns)
{
	struct size_pace pace = { .every_ns = every_ns, .reading_ns = READING_NS };

	size_pace_set(&pace, 0);
	return pace;
}

/*
 * Both intervals follow from the cost of reading every process once. Regular readings
 * that cost too much are delayed by whole steps. Readings between them are left out if fewer
 * than two of these would fit.
 */
void size_pace_set(struct size_pace *pace, size_t processes)
{
	uint64_t cost_ns = processes * pace->reading_ns;
	uint64_t step_ns = pace->every_ns > REGULAR_STEPS ? pace->every_ns / REGULAR_STEPS
	                                                  : 1;

	pace->regular_ns = pace->every_ns;
	if (cost_ns * REGULAR_SHARE > pace->every_ns)
		pace->regular_ns = (cost_ns * REGULAR_SHARE / step_ns + 1) * step_ns;
	pace->apart_ns = cost_ns * BETWEEN_SHARE;
	if (pace->apart_ns < APART_NS)
		pace->apart_ns = APART_NS;
	if (pace->apart_ns > pace->regular_ns / 2)
		pace->apart_ns = pace->regular_ns;
}

void size_pace_learn(struct size_pace *pace, size_t readings, uint64_t cost_ns)
{
	size_t weight = readings < AVERAGED_AT_ONCE ? readings : AVERAGED_AT_ONCE;

	pace->reading_ns = ((AVERAGED - weight) * pace->reading_ns +
	                    weight * (cost_ns / readings)) /
	                   AVERAGED;
}

/* Times are multiples of the intervals since the clock's start, not since the last reading. */
uint64_t size_pace_next(const struct size_pace *pace, uint64_t now_ns)
{
	uint64_t read_ns = (now_ns / pace->apart_ns + 1) * pace->apart_ns;
	uint64_t regular_ns = (now_ns / pace->regular_ns + 1) * pace->regular_ns;

	return read_ns < regular_ns ? read_ns : regular_ns;
}
