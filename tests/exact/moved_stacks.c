/*
 * moved_stacks.c - coroutines on stacks that come and go: one is unmapped, or made
 * inaccessible, and a smaller one begins in its place, so that what lay further out is not
 * there any more. Each begins by hand: what called it is a word that the program has chosen,
 * and may be a return address that leads beyond the end.
 *
 * guards: what is not known to be readable is not read
 * build: gcc -O2
 * build: gcc -O0
 * build: clang -O2
 */
#include "exact.h"
#include "stack_switch.h"

#include <sys/mman.h>

#define PAGE 4096
#define PAGES 16
#define ROUNDS 200

static void *outside, *inside; /* the stack pointers that wait */

/* Where a call of a function with a frame of some pages returns to. */
static uintptr_t wide_return_address;

NOINLINE static void note_return_address(void)
{
	if (!wide_return_address)
		wide_return_address = (uintptr_t)__builtin_return_address(0);
}

NOINLINE static int wide(int depth)
{
	volatile char room[3 * PAGE];

	room[depth] = 1;
	note_return_address();
	return room[depth];
}

NOINLINE static int descend(int depth)
{
	volatile char room[300];
	void *block = malloc((size_t)depth + 1);
	int sum = depth ? descend(depth - 1) : 0;

	room[depth] = 1;
	allocate_here();
	free(block);
	return sum + room[depth];
}

static void body(void)
{
	for (int turn = 0;; turn++) {
		allocate_here();
		check(descend(turn % 5) == turn % 5 + 1, "turn %d", turn);
		stack_switch(&inside, outside);
	}
}

/* A stack that ends at `high`, whose body seems to be called from `called_from`. */
static void stack_begin(char *high, uintptr_t called_from)
{
	uintptr_t *at = (uintptr_t *)high;

	*--at = called_from;
	*--at = (uintptr_t)body;
	for (int i = 0; i < 6; i++)
		*--at = (uintptr_t)high + 64; /* rbp, too */
	inside = at;
}

static void stack_run(char *high, uintptr_t called_from, int turns)
{
	stack_begin(high, called_from);
	for (int i = 0; i < turns; i++) {
		stack_switch(&outside, inside);
		allocate_here();
	}
}

static void run_in_place_of(char *memory, uintptr_t called_from, int round)
{
	/* All of it, up to its end; then the lower half, nothing or no access beyond. */
	stack_run(memory + PAGES * PAGE, called_from, 3);
	if (round % 3 == 0)
		munmap(memory + PAGES / 2 * PAGE, PAGES / 2 * PAGE);
	else if (round % 3 == 1)
		mprotect(memory + PAGES / 2 * PAGE, PAGES / 2 * PAGE, PROT_NONE);
	else
		munmap(memory + PAGES / 2 * PAGE, PAGE);
	stack_run(memory + PAGES / 2 * PAGE, called_from, 3);
}

int main(void)
{
	exact_begin();
	wide(1);
	for (int round = 0; round < ROUNDS; round++) {
		uintptr_t local = 1, callers[] = {
			0,
			wide_return_address,
			(uintptr_t)exit, /* as if by a wrapper: the byte before is another's */
			(uintptr_t)body + 1,
			(uintptr_t)&local,
			0x5bd1e995a7c3d100,
			wide_return_address,
		};
		/* With a hole on either side of it. */
		char *space = mmap(NULL, (PAGES + 2) * PAGE, PROT_NONE,
		                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		char *memory = space + PAGE;

		mprotect(memory, PAGES * PAGE, PROT_READ | PROT_WRITE);
		run_in_place_of(memory, callers[round % 7], round);
		munmap(space, (PAGES + 2) * PAGE);
	}
	return exact_end();
}
