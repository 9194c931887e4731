/*
 * verdict/recursion.h - find what repeats in a stack: recursion of one function, or of several
 * that call each other in turn.
 */
#ifndef OUTLIVE_VERDICT_RECURSION_H
#define OUTLIVE_VERDICT_RECURSION_H

#include <stddef.h>
#include <stdint.h>

#define ROUNDS_PERIOD_MAX 32 /* most functions in one round */
#define ROUNDS_MIN 3         /* fewer rounds are no repetition */

/* It repeats in frames [first, first + period * rounds); rounds 0: nothing repeats. */
struct stack_rounds {
	size_t first, period, rounds;
};

/*
 * Find what repeats from frame `at` on: the repetition of most frames, and among those the
 * shortest period.
 */
struct stack_rounds stack_rounds_at(const uint32_t *functions, size_t count, size_t at);

/*
 * Find the repetition that covers most frames. It must begin among the first `noise` frames, so
 * pass innermost frames first. Nothing is found if it covers less than half of the frames from
 * its beginning on.
 */
struct stack_rounds stack_rounds_find(const uint32_t *functions, size_t count,
                                      size_t noise);

#endif
