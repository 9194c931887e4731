/*
 * deep.c - deep DEPTH COUNT: a recursion that leaves a stub in each frame, and counts to
 * COUNT at its bottom, for debuggers and profilers to look at.
 */
#include "exact.h"

NOINLINE long bottom(long count)
{
	volatile long i;

	for (i = 0; i < count; i++)
		;
	return i;
}

NOINLINE long odd_frame(long depth, long count);

NOINLINE long even_frame(long depth, long count)
{
	long result;

	allocate_here();
	result = depth ? odd_frame(depth - 1, count) : bottom(count);
	__asm__ volatile("" : "+r"(result));
	return result;
}

NOINLINE long odd_frame(long depth, long count)
{
	long result;

	allocate_here();
	result = depth ? even_frame(depth - 1, count) : bottom(count);
	__asm__ volatile("" : "+r"(result));
	return result;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	exact_begin();
	allocate_here();
	return even_frame(atol(argv[1]) - 1, atol(argv[2])) != atol(argv[2]);
}
