/*
 * alone.c - one thread that is in malloc nearly always, and checks its blocks: while a process has
 * one thread, libc takes no locks. Run it with MALLOC_ARENA_MAX=1. It ends when stdin does.
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCKS 256
#define ROUND 10000

int main(void)
{
	struct pollfd in = { .fd = 0, .events = POLLIN | POLLHUP };
	static unsigned char *blocks[BLOCKS];
	long pairs = 0, wrong = 0;
	uint32_t random = 1;

	while (poll(&in, 1, 0) == 0) {
		for (int i = 0; i < ROUND; i++) {
			uint32_t at = (random = random * 1103515245 + 12345) >> 24;

			if (blocks[at]) {
				wrong += blocks[at][0] != at || blocks[at][15] != at;
				free(blocks[at]);
			}
			blocks[at] = malloc(1100 + (random >> 8) % 6000);
			blocks[at][0] = blocks[at][15] = (unsigned char)at;
			pairs++;
		}
	}
	printf("pairs %ld wrong %ld\n", pairs, wrong);
	return wrong != 0;
}
