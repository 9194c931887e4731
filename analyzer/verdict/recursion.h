/*
 * verdict/recursion.h - what repeats in a stack: recursion, of one function or of several in
 * turn.
 */
#ifndef OUTLIVE_VERDICT_RECURSION_H
#define OUTLIVE_VERDICT_RECURSION_H

#include <stddef.h>
#include <stdint.h>

#define ROUNDS_PERIOD_MAX 32 /* functions in turn */
#define ROUNDS_MIN 3         /* less is no repetition */

/* Frames [first, first + period * rounds); rounds 0: nothing repeats. */
struct stack_rounds {
	size_t first, period, rounds;
};

/* What repeats from frame `at` on: most frames, and of those the shortest period. */
struct stack_rounds stack_rounds_at(const uint32_t *functions, size_t count, size_t at);

/*
 * What most of the frames repeat: it begins among the first `noise`, so innermost frames
 * come first. Nothing, if that is less than half of what comes after its beginning.
 */
struct stack_rounds stack_rounds_find(const uint32_t *functions, size_t count,
                                      size_t noise);

#endif
