/*
 * returns_twice.c - continuations that are gone back to more than once: a part of the
 * stack is copied away, put back and jumped into again and again, and each time its frames
 * return over the stubs they had when they were copied. Between, others would use them.
 * That it is such a program shows when it first jumps further in.
 *
 * guards: a stub is not reused where stacks come back by longjmp
 * build: gcc -O2
 * build: gcc -O0
 * build: clang -O2
 */
#include "hops.h"

#include <alloca.h>
#include <setjmp.h>

#define DEPTH 30
#define TIMES 6

static char *base; /* what is further in than this is copied */
static char *copy;
static size_t copy_bytes;
static jmp_buf inside, outside;
static volatile size_t room_bytes = 8192;
static volatile int returns, leaves;

NOINLINE static void save(void)
{
	char *here = (char *)__builtin_frame_address(0) - 512;

	copy_bytes = (size_t)(base - here);
	if (setjmp(inside))
		return;
	memcpy(copy, here, copy_bytes);
	if (leaves) /* else the first return is the usual one */
		longjmp(outside, 1);
}

/* Be further in than what is about to be written, then jump. */
NOINLINE static void restore(void)
{
	volatile char room[1024];

	room[0] = 0;
	if ((char *)__builtin_frame_address(0) > base - copy_bytes - 4096)
		restore();
	memcpy(base - copy_bytes, copy, copy_bytes);
	longjmp(inside, 1 + room[0]);
}

/* Out of a frame far in, into it again, and out for good. */
NOINLINE static void far_in(void)
{
	volatile char *room = alloca(8 * room_bytes);

	room[0] = 0;
	allocate_here();
	if (setjmp(inside) == 0)
		longjmp(outside, 1);
	longjmp(outside, 2);
}

NOINLINE static void jump_inwards(void)
{
	switch (setjmp(outside)) {
	case 0: far_in(); break;
	case 1: longjmp(inside, 1);
	default: break;
	}
}

NOINLINE static int descend(int depth)
{
	int result;

	allocate_here();
	if (depth == 0) {
		save();
		return 0;
	}
	result = descend(depth - 1);
	__asm__ volatile("" : "+r"(result));
	return result + 1;
}

NOINLINE static void shoot(void)
{
	volatile char *room = alloca(room_bytes);
	int result;

	room[0] = 0;
	base = (char *)__builtin_frame_address(0) - 4096;
	if (setjmp(outside))
		restore();
	result = descend(DEPTH);
	check(result == DEPTH, "%d", result);
	returns++;
	/* They return over stubs too, and to other lines. */
	hop(0);
	hop(99);
	hop(99);
	if (returns % TIMES)
		restore();
}

int main(void)
{
	exact_begin();
	copy = malloc(1 << 20);
	jump_inwards();
	for (int i = 0; i < 20; i++) {
		leaves = i % 2;
		shoot();
	}
	check(returns == 20 * TIMES, "%d returns", returns);
	free(copy);
	return exact_end();
}
