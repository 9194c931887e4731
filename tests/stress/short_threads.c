/*
 * short_threads.c - 4000 threads as fast as they can be made, each allocates 10 blocks,
 * frees 5 of them and leaves the others to main.
 *
 * build: -pthread
 * expect: count("allocate") == 40000
 * expect: live("allocate") == 0
 * expect: .totals.crossed >= 20000
 * expect: $out.threads_per_second >= 1000
 * expect: .lost.events == 0
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static __attribute__((noinline)) void allocate(void **blocks)
{
	for (int i = 0; i < 10; i++)
		blocks[i] = malloc(32);
	for (int i = 0; i < 5; i++)
		free(blocks[i]);
}

static void *work(void *blocks)
{
	allocate(blocks);
	return NULL;
}

static double now_s(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(void)
{
	double start = now_s();

	for (int round = 0; round < 1000; round++) {
		pthread_t threads[4];
		void *blocks[4][10];

		for (int i = 0; i < 4; i++)
			if (pthread_create(&threads[i], NULL, work, blocks[i]))
				return 1;
		for (int i = 0; i < 4; i++)
			pthread_join(threads[i], NULL);
		for (int i = 0; i < 4; i++)
			for (int j = 5; j < 10; j++)
				free(blocks[i][j]);
	}
	dprintf(STDOUT_FILENO, "threads_per_second=%d\n", (int)(4000 / (now_s() - start)));
	return 0;
}
