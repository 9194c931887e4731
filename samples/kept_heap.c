/*
 * kept_heap.c - allocates 64 MiB in small blocks and frees all but the last one: that one
 * lies at the end of the heap, so the allocator can give nothing back to the system. Two
 * large blocks are mapped for themselves; the freed one is gone.
 *
 * live: segment .segments.heap | .rss >= 67108864 + 1048576 and .rss < 75000000
 * live: map [.maps[] | select(.name == "[heap]")][0].use.rss >= 67108864
 * live: map [.maps[] | select(.segment == "heap" and .name == "")] | length == 1 and
 *   .[0].use.size >= 1048576 and .[0].use.size <= 1048576 + 65536
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 65536

int main(void)
{
	static char *blocks[BLOCKS];
	char *large[2] = { malloc(1 << 20), malloc(2 << 20) };

	memset(large[0], 1, 1 << 20);
	memset(large[1], 1, 2 << 20);
	free(large[1]);
	for (int i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc(1024);
		memset(blocks[i], 1, 1024);
	}
	for (int i = 0; i < BLOCKS - 1; i++)
		free(blocks[i]);
	puts("ready");
	fflush(stdout);
	getchar();
	free(blocks[BLOCKS - 1]);
	free(large[0]);
	return 0;
}
