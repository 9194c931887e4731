/* verdict/recursion.c - find what repeats in a stack. */
#include "verdict/recursion.h"

struct stack_rounds stack_rounds_at(const uint32_t *functions, size_t count, size_t at)
{
	struct stack_rounds best = { at, 0, 0 };
	size_t period, same;

	/*
	 * Compare the stack with itself, shifted by one period: as long as both are the same, it
	 * repeats. A multiple of a period repeats as well, so a longer period has to cover more
	 * than one round of its own in addition to what a shorter one covers.
	 */
	for (period = 1; period <= ROUNDS_PERIOD_MAX; period++) {
		if (count - at < period * ROUNDS_MIN)
			break;
		for (same = 0; at + period + same < count; same++) {
			if (functions[at + same] != functions[at + period + same])
				break;
		}
		if ((same + period) / period >= ROUNDS_MIN &&
		    (same + period) / period * period > best.rounds * best.period + period) {
			best.period = period;
			best.rounds = (same + period) / period;
		}
	}
	return best;
}

struct stack_rounds stack_rounds_find(const uint32_t *functions, size_t count,
                                      size_t noise)
{
	struct stack_rounds best = { 0, 0, 0 }, here;
	size_t at;

	for (at = 0; at < count && at <= noise; at++) {
		here = stack_rounds_at(functions, count, at);
		if (here.rounds * here.period > best.rounds * best.period)
			best = here;
	}
	/*
	 * What repeats in a small part of the stack does not explain how the stack became so deep.
	 */
	if (best.rounds * best.period < (count - best.first) / 2)
		best.rounds = 0;
	return best;
}
