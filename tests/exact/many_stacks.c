/*
 * many_stacks.c - 200 stacks with a bare switch between them. Each makes blocks at the end of
 * its own kind of path, of 2 to 14 frames, some of them across the end of a page; they are
 * freed on the same stack, on another one, and on the thread's own. Each path has its blocks.
 *
 * guards: every event is its stack's, whatever stack the event before was on
 * build: gcc -O2
 * build: gcc -O0
 * build: clang -O2
 * path: 2000 entry_0;leaf_0
 * path: 2000 leaf_0
 * path: 2000 entry_1;step_1;leaf_1
 * path: 2000 leaf_1
 * path: 2000 entry_2;step_2;step_2;step_2;step_2;step_2;leaf_2
 * path: 2000 leaf_2
 * path: 2000 step_3;step_3;step_3;step_3;step_3;step_3;step_3;step_3;step_3;step_3;step_3;leaf_3
 * path: 2000 leaf_3
 * path: 4000 entry_4;sizes_4
 * path: 40 main;rounds;outside_now_and_then
 */
#include "exact.h"
#include "stack_switch.h"

#include <sys/mman.h>

#define STACKS 200
#define ROUNDS 50
#define PAGE 4096
#define SPACE_BYTES (4 * PAGE)

static void *outside, *inside[STACKS];
static void *blocks[STACKS]; /* made on one stack, freed on another one */
static int current;

/* To the next stack, or out of the last one. */
static void go_on(void)
{
	int from = current;

	current++;
	stack_switch(&inside[from], current < STACKS ? inside[current] : outside);
}

/* A block that this stack frees, or another one's for one that is left to another one. */
#define LEAF(kind)                                       \
	NOINLINE static void leaf_##kind(void)               \
	{                                                    \
		int other = (current * 7 + 3) % STACKS;          \
		void *block = malloc((size_t)(24 + current));    \
                                                         \
		memset(block, kind, 24);                         \
		if (current % 3) {                               \
			free(block);                                 \
		} else {                                         \
			free(blocks[other]);                         \
			blocks[other] = block;                       \
		}                                                \
		__asm__ volatile("" : : "r"(block), "r"(other)); \
	}                                                    \
	NOINLINE static void step_##kind(int left)           \
	{                                                    \
		if (left)                                        \
			step_##kind(left - 1);                       \
		else                                             \
			leaf_##kind();                               \
		__asm__ volatile("" : : "r"(left));              \
	}

LEAF(1)
LEAF(2)
LEAF(3)

NOINLINE static void leaf_0(void)
{
	void *block = calloc(3, 16);

	go_on(); /* it lives while all others have their turn */
	free(block);
	__asm__ volatile("" : : "r"(block));
}

/* The allocator's other functions. */
NOINLINE static void sizes_4(void)
{
	char *block = malloc(10);

	block = realloc(block, 5000);
	memset(block, 4, 5000);
	free(block);
	__asm__ volatile("" : : "r"(block));
}

#define ENTRY(kind, call)                   \
	NOINLINE static void entry_##kind(void) \
	{                                       \
		for (;;) {                          \
			call;                           \
			go_on();                        \
		}                                   \
	}
NOINLINE static void entry_0(void)
{
	for (;;) {
		leaf_0();
		__asm__ volatile("");
	}
}
ENTRY(1, step_1(0))
ENTRY(2, step_2(4))
ENTRY(3, step_3(11))
ENTRY(4, sizes_4())

/* Some begin a little above the end of a page, some with most of one. */
static void *stack_begin(int number, void (*entry)(void))
{
	char *space = mmap(NULL, SPACE_BYTES, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uintptr_t *at = (uintptr_t *)(space + 3 * PAGE + 16 + number % 11 * 48);

	check(space != MAP_FAILED, "no memory");
	*--at = 0; /* nobody has called it */
	*--at = 0;
	*--at = (uintptr_t)entry;
	for (int i = 0; i < 6; i++)
		*--at = 0;
	return at;
}

NOINLINE static void outside_now_and_then(int round)
{
	int number = round * 5 % STACKS;
	void *block;

	if (round % 5 == 0)
		return;
	block = malloc(100);
	free(blocks[number]);
	blocks[number] = block;
	__asm__ volatile("" : : "r"(block), "r"(number));
}

NOINLINE static void rounds(void)
{
	for (int round = 0; round < ROUNDS; round++) {
		current = 0;
		stack_switch(&outside, inside[0]);
		outside_now_and_then(round);
	}
	__asm__ volatile("");
}

int main(void)
{
	static void (*const entries[])(void) = { entry_0, entry_1, entry_2, entry_3,
		                                     entry_4 };

	exact_begin();
	for (int i = 0; i < STACKS; i++)
		inside[i] = stack_begin(i, entries[i % 5]);
	rounds();
	check(current == STACKS, "the last turn was of %d", current);
	return exact_end();
}
