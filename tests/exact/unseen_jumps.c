/*
 * unseen_jumps.c - frames passed by a jump that nobody sees, __builtin_longjmp, far more of
 * them than there are stubs: each may have been copied away and might come back, but may
 * not cost the others their stubs. -DROUNDS=10000000 is for a run by hand.
 *
 * guards: a stub is not reused before it has run, or the frame is proven unwound
 * build: gcc -O2
 * build: gcc -O0
 * build: clang -O2
 * inferred: none
 */
#include "exact.h"

#ifndef ROUNDS
#define ROUNDS 120000 /* three frames each: five times as many as there are stubs */
#endif

static void *landing[5];
static volatile long landed;

NOINLINE static void leaf(void)
{
	allocate_here();
}

NOINLINE static void innermost(void)
{
	allocate_here();
	expect_stub();
	__builtin_longjmp(landing, 1);
}

NOINLINE static void middle(void)
{
	leaf();
	innermost();
	landed--;
}

NOINLINE static void outer(void)
{
	leaf();
	middle();
	landed--;
}

NOINLINE static void round_of(void)
{
	if (__builtin_setjmp(landing) == 0)
		outer();
	else
		landed++;
}

/* None of it has been met before: stubs must be left for it. */
NOINLINE static void fresh(int depth)
{
	allocate_here();
	expect_stub();
	if (depth)
		fresh(depth - 1);
	leaf();
}

int main(void)
{
	exact_begin();
	for (long i = 0; i < ROUNDS; i++)
		round_of();
	check(landed == ROUNDS, "%ld landings", landed);
	fresh(30);
	return exact_end();
}
