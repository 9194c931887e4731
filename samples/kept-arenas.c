/*
 * kept-arenas.c - six threads take turns: each allocates 4 MiB, then 24 bytes that stay, and
 * frees the 4 MiB. Each has an arena of its own, which keeps its 4 MiB below the block that
 * stays. All in one arena would have needed 4 MiB once.
 *
 * build: -pthread
 * expect: .kept.last.exit
 * expect: .kept.last | .resident == .live + .overhead + .kept
 * expect: .kept.last.arena_count == 7
 * expect: [.kept.last.arenas[] | select(.main)] | length == 1
 * expect: [.kept.last.arenas[] | select(.main | not) | .trimmable >= 3900 * 1024] | all
 * expect: [.kept.last.arenas[] | select(.main | not) | .blocks == 1] | all
 * expect: ([.kept.last.arenas[].resident] | add) == .kept.last.resident
 * expect: .kept.last.heap_peak < 4600 * 1024
 * expect: .kept.last.arena_max_saves > 5 * 3900 * 1024
 * expect: .kept.last.arena_max_saves <= .kept.last.resident - .kept.last.heap_peak
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 6
#define COUNT 4096
#define SIZE 1008

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t all;
static void *volatile stay[THREADS];
static void *blocks[COUNT];

static void *work(void *number)
{
	pthread_barrier_wait(&all); /* all threads are there, so each has its arena */
	pthread_mutex_lock(&turn);
	for (int i = 0; i < COUNT; i++) {
		blocks[i] = malloc(SIZE);
		memset(blocks[i], 1, SIZE);
	}
	stay[(size_t)number] = malloc(24);
	for (int i = 0; i < COUNT; i++)
		free(blocks[i]);
	pthread_mutex_unlock(&turn);
	pthread_barrier_wait(&all);
	pthread_barrier_wait(&all);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];

	pthread_barrier_init(&all, NULL, THREADS + 1);
	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	pthread_barrier_wait(&all);
	pthread_barrier_wait(&all);
	exit(0);
}
