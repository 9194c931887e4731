/*
 * kept-pins.c - of 32,768 blocks in a row, each 64th is small and stays: each holds a page or
 * two of memory that is free otherwise. What is kept is counted apart: whole pages, which
 * malloc_trim(0) would give back, and free parts of pages that live blocks pin.
 *
 * expect: .kept.known and .kept.last.exit
 * expect: .kept.last | .resident == .live + .overhead + .kept
 * expect: .kept.last | .kept == .trimmable + .cached + .arena_ends + .pinned
 * expect: .kept.last.pins[0] | .function == "stay" and (.file | endswith("kept-pins.c"))
 * expect: .kept.last.pins[0].line == 34
 * expect: .kept.last.pins[0].blocks == 512
 * expect: .kept.last.pins[0].bytes == 512 * 48
 * expect: .kept.last.pins[0] | .pages >= 512 and .pages < 540
 * expect: .kept.last.pins[0] | .pinned > 512 * 3900 and .pinned < 540 * 4096
 * expect: .kept.last.pins[0] | .alone > .pinned * 0.98
 * expect: .kept.last | ([.pins[].pinned] | add) + .pinned_own == .pinned
 * expect: .kept.last.pool
 * expect: .kept.last.arena_max_saves == 0
 * expect: .kept.last.trimmable > 27000 * 1024
 * expect: .kept.largest.trimmable == null
 */
#include <stdlib.h>
#include <string.h>

#define COUNT 32768
#define EACH 64

static void *blocks[COUNT];

static __attribute__((noinline)) void *stay(void)
{
	void *block;

	block = malloc(48);
	memset(block, 1, 48);
	return block;
}

static __attribute__((noinline)) void *go(void)
{
	void *block;

	block = malloc(1000);
	memset(block, 2, 1000);
	return block;
}

int main(void)
{
	for (int i = 0; i < COUNT; i++)
		blocks[i] = i % EACH ? go() : stay();
	for (int i = 0; i < COUNT; i++) {
		if (i % EACH)
			free(blocks[i]);
	}
	exit(0);
}
