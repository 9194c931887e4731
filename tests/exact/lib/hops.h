/*
 * hops.h - frames that return to a hundred different addresses: hop(0) to hop(99), each in
 * a function of its own. Where a stub is used again that should not be, it is for one of
 * them, and whoever returns over it lands there.
 */
#ifndef HOPS_H
#define HOPS_H

#include "exact.h"

static long hop(int depth);

#define HOP(number)                                       \
	NOINLINE static long hop_##number(int depth)          \
	{                                                     \
		long result = depth ? hop(depth - 1) : 0;         \
                                                          \
		if (depth == 0)                                   \
			allocate_here(); /* all get theirs at once */ \
		return result + number % 7;                       \
	}
#define HOPS(first) \
	HOP(first##0)   \
	HOP(first##1)   \
	HOP(first##2)   \
	HOP(first##3)   \
	HOP(first##4) HOP(first##5) HOP(first##6) HOP(first##7) HOP(first##8) HOP(first##9)
#define NAMES(first)                                                                \
	hop_##first##0, hop_##first##1, hop_##first##2, hop_##first##3, hop_##first##4, \
		hop_##first##5, hop_##first##6, hop_##first##7, hop_##first##8, hop_##first##9

/* Not from 00: a number that begins with zero is octal. */
HOPS(10)
HOPS(11)
HOPS(12)
HOPS(13)
HOPS(14)
HOPS(15)
HOPS(16)
HOPS(17)
HOPS(18)
HOPS(19)

static long (*const hops[100])(int) = {
	NAMES(10), NAMES(11), NAMES(12), NAMES(13), NAMES(14),
	NAMES(15), NAMES(16), NAMES(17), NAMES(18), NAMES(19),
};

static long hop(int depth)
{
	return hops[depth % 100](depth);
}

#endif
