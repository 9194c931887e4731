/*
 * copied_lives.c - a block of a frame that waits in a copy of its part of the stack, freed
 * meanwhile by others. What left that frame is a jump that nobody sees, and so is what comes
 * back: it looks like one that has ended. Until it returns, or makes an event.
 *
 * guards: what is left by an unseen jump has not ended where stacks are copied
 * build: gcc -O2
 * build: gcc -O0
 * build: gcc -O2 -DIS_SILENT
 * build: gcc -O0 -DIS_SILENT
 * copies: seen
 * depth: of_waiting none
 */
#include "exact.h"

#include <alloca.h>

static char *base; /* parts of the stack further in than this are copied */
static char *copy;
static size_t copy_bytes;
static void *scheduler[5], *waiting[5];
static void *volatile block;
static volatile int finished;

NOINLINE static void *of_waiting(void)
{
	void *made = malloc(24);

	__asm__ volatile("");
	return made;
}

NOINLINE static void save(void)
{
	char *here = (char *)__builtin_frame_address(0) - 512;

	copy_bytes = (size_t)(base - here);
	memcpy(copy, here, copy_bytes);
	__builtin_longjmp(scheduler, 1);
}

/* Comes back when it is restored. */
NOINLINE static void wait_here(void)
{
	if (__builtin_setjmp(waiting) == 0)
		save();
}

NOINLINE static void waits(void)
{
	block = of_waiting();
	allocate_here();
	expect_stub();
	wait_here();
#ifndef IS_SILENT
	allocate_here();
#endif
	finished++;
}

NOINLINE static void calls_waits(void)
{
	waits();
	__asm__ volatile("");
}

NOINLINE static void starts_below(void)
{
	volatile char *room = alloca(8192);

	room[0] = 0;
	calls_waits();
	/* Its own frame is not copied as a whole. */
	__builtin_longjmp(scheduler, 1);
}

/* Be further in than what is about to be written, then jump. */
NOINLINE static void restore(void)
{
	volatile char room[1024];

	room[0] = 0;
	if ((char *)__builtin_frame_address(0) > base - copy_bytes - 4096)
		restore();
	memcpy(base - copy_bytes, copy, copy_bytes);
	__builtin_longjmp(waiting, 1);
	room[0] = 1;
}

NOINLINE static void step(int is_first)
{
	if (__builtin_setjmp(scheduler) == 0) {
		if (is_first)
			starts_below();
		else
			restore();
	}
	__asm__ volatile("");
}

NOINLINE static void both_steps(void)
{
	step(1);
	free(block);
	step(0);
}

int main(void)
{
	copy = malloc(1 << 16);
	exact_begin();
	base = (char *)__builtin_frame_address(0) - 4096;
	both_steps();
	check(finished == 1, "%d came back", finished);
	return exact_end();
}
