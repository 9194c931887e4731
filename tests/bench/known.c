/*
 * known.c - a program that knows what it has allocated.
 *
 *   known         four threads: pairs, blocks that a function passes up, reallocs, leaks
 *   known alone   one thread; the same each time
 *   known fork    a forked child does it, becomes "known alone", and then this process does it, too
 *
 * Prints its totals as JSON.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 12000
#define NOIPA __attribute__((noipa))
#define KEEP_FRAME(value) __asm__ volatile("" : : "r"(value) : "memory")

static _Atomic unsigned long calls, bytes, live, live_bytes, ended;
static void *volatile kept[4][ROUNDS];

static void *counted(void *block, unsigned long size, int is_kept)
{
	calls++;
	bytes += size;
	live += is_kept;
	live_bytes += is_kept ? size : 0;
	return block;
}

NOIPA static void local(unsigned long size)
{
	void *block = counted(malloc(size), size, 0);

	KEEP_FRAME(block);
	free(block);
	ended++;
	KEEP_FRAME(size);
}

NOIPA static void *passed_up(unsigned long size)
{
	void *block = counted(calloc(1, size), size, 0);

	KEEP_FRAME(block);
	return block;
}

NOIPA static void *leaked(unsigned long size)
{
	void *block = counted(memalign(64, size), size, 1);

	KEEP_FRAME(block);
	return block;
}

NOIPA static void grown(unsigned long size)
{
	void *block = counted(malloc(size), size, 0);

	block = counted(realloc(block, 3 * size), 3 * size, 0);
	KEEP_FRAME(block);
	free(block);
	ended += 2;
	KEEP_FRAME(size);
}

static void *work(void *number)
{
	void *volatile *mine = kept[(long)number];
	unsigned random = (unsigned)(long)number;
	long i;

	for (i = 0; i < ROUNDS; i++) {
		random = random * 1664525u + 1013904223u;
		local(16 + (random >> 16 & 4095));
		grown(16 + (random >> 20 & 1023));
		free(passed_up(16 + (random >> 8 & 511)));
		ended++;
		if (i % 4 == 0)
			mine[i] = leaked(16 + (random >> 12 & 2047));
		if (i % 2000 == 0)
			local(8ul << 20);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[4];
	long i;

	if (argc > 1 && !strcmp(argv[1], "fork") && fork() == 0) {
		work((void *)0l);
		execl(argv[0], argv[0], "alone", NULL);
	}
	wait(NULL);
	for (i = 0; i < (argc > 1 ? 1 : 4); i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (i = 0; i < (argc > 1 ? 1 : 4); i++)
		pthread_join(threads[i], NULL);
	dprintf(
		1,
		"{\"allocations\": %lu, \"bytes\": %lu, \"live_blocks\": %lu, \"live_bytes\": %lu, "
		"\"frees\": %lu}\n",
		calls, bytes, live, live_bytes, ended);
	_exit(0);
}
