/*
 * live_threads.c - 500 threads alive at once, each allocates 200 blocks; then each frees
 * those of its neighbour.
 *
 * build: -pthread
 * expect: count("allocate") == 100000
 * expect: live("allocate") == 0
 * expect: .totals.crossed >= 100000
 * expect: .lost.events == 0
 */
#include <pthread.h>
#include <stdlib.h>

#define THREADS 500
#define BLOCKS 200

static void *blocks[THREADS][BLOCKS];
static pthread_barrier_t everybody;

static __attribute__((noinline)) void allocate(long number)
{
	for (int i = 0; i < BLOCKS; i++)
		blocks[number][i] = malloc(16 + (size_t)i);
}

static void *work(void *argument)
{
	long number = (long)argument;

	allocate(number);
	pthread_barrier_wait(&everybody);
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[(number + 1) % THREADS][i]);
	return NULL;
}

int main(void)
{
	static pthread_t threads[THREADS];
	pthread_attr_t attributes;

	pthread_barrier_init(&everybody, NULL, THREADS);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], &attributes, work, (void *)i))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
