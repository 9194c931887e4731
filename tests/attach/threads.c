/*
 * threads.c - threads that allocate and check their blocks, and count what they do: the target of
 * the tests of `outlive attach`.
 *
 * threads THREADS [pause US]; each line on stdin prints the counts; end of file ends it.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCKS 16

static atomic_bool is_ending;
static _Atomic long pairs, wrong;
static int pause_us;

static void *work(void *argument)
{
	uint32_t random = (uint32_t)(uintptr_t)argument;
	unsigned char *blocks[BLOCKS], tags[BLOCKS];

	while (!is_ending) {
		for (int i = 0; i < BLOCKS; i++) {
			random = random * 1103515245 + 12345;
			blocks[i] = malloc(16 + (random >> 8) % 4000);
			tags[i] = (unsigned char)random;
			memset(blocks[i], tags[i], 16);
		}
		for (int i = 0; i < BLOCKS; i++) {
			for (int k = 0; k < 16; k++)
				wrong += blocks[i][k] != tags[i];
			free(blocks[i]);
		}
		pairs += BLOCKS;
		if (pause_us)
			usleep((useconds_t)pause_us);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 4;
	pthread_t threads[256];
	char line[64];

	pause_us = argc > 2 ? atoi(argv[2]) : 0;
	for (int i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)(i + 1));
	while (fgets(line, sizeof(line), stdin)) {
		printf("pairs %ld wrong %ld\n", pairs, wrong);
		fflush(stdout);
	}
	is_ending = true;
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("end pairs %ld wrong %ld\n", pairs, wrong);
	return wrong != 0;
}
