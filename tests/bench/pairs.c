/*
 * pairs.c - what one malloc+free pair costs at a given stack depth and number of threads.
 *
 *   pairs DEPTH THREADS PAIRS [rebuild]
 *
 * Each thread goes down to DEPTH frames through four functions that call each other, and
 * there makes PAIRS pairs of 16..1040 bytes, each from one of four leaf functions and its
 * helper: two frames are new in every event, the others stay. With "rebuild" the whole
 * stack is built anew for every 8 pairs. Prints nanoseconds per pair: wall time of the
 * slowest thread over its pairs.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned long pairs;
static int depth, rebuild;
static pthread_barrier_t start;

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* The call is not the last thing these do, so that every one of them has a frame. */
#define KEEP_FRAME(value) __asm__ volatile("" : : "r"(value) : "memory")

static __attribute__((noipa)) void *allocate(size_t bytes)
{
	void *block = malloc(bytes);

	KEEP_FRAME(block);
	return block;
}

#define LEAF(name)                                        \
	static __attribute__((noipa)) void name(size_t bytes) \
	{                                                     \
		void *block = allocate(bytes);                    \
                                                          \
		free(block);                                      \
		KEEP_FRAME(bytes);                                \
	}
LEAF(leaf_0)
LEAF(leaf_1)
LEAF(leaf_2)
LEAF(leaf_3)

static __attribute__((noinline)) void make_pairs(unsigned *random, unsigned long count)
{
	static void (*const leaves[4])(size_t) = { leaf_0, leaf_1, leaf_2, leaf_3 };

	for (unsigned long i = 0; i < count; i++) {
		*random = *random * 1664525u + 1013904223u;
		leaves[*random >> 30](16 + (*random >> 12 & 1023));
	}
	KEEP_FRAME(count);
}

/* noipa: equal functions must stay four functions. */
static __attribute__((noipa)) void down_1(int, unsigned *, unsigned long);
static __attribute__((noipa)) void down_2(int, unsigned *, unsigned long);
static __attribute__((noipa)) void down_3(int, unsigned *, unsigned long);

#define DOWN(name, next)                                                \
	static __attribute__((noipa)) void name(int left, unsigned *random, \
	                                        unsigned long count)        \
	{                                                                   \
		if (left <= 0)                                                  \
			make_pairs(random, count);                                  \
		else                                                            \
			next(left - 1, random, count);                              \
		KEEP_FRAME(left);                                               \
	}
DOWN(down_0, down_1)
DOWN(down_1, down_2)
DOWN(down_2, down_3)
DOWN(down_3, down_0)

/* DEPTH counts frames of this program: work, downs, make_pairs, leaf, allocate. */
static void *work(void *argument)
{
	unsigned random = 1 + (unsigned)(size_t)argument;
	uint64_t begin, *took_ns = malloc(sizeof(*took_ns));
	int left = depth - 5;

	if (!took_ns)
		abort();
	pthread_barrier_wait(&start);
	begin = now_ns();
	if (!rebuild)
		down_0(left, &random, pairs);
	else
		for (unsigned long done = 0; done < pairs; done += 8)
			down_0(left, &random, 8);
	*took_ns = now_ns() - begin;
	return took_ns;
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	int count = argc > 2 ? atoi(argv[2]) : 0;
	uint64_t slowest_ns = 0;

	if (argc < 4 || count < 1 || count > 64) {
		fprintf(stderr, "usage: pairs DEPTH THREADS PAIRS [rebuild]\n");
		return 2;
	}
	depth = atoi(argv[1]);
	pairs = strtoul(argv[3], NULL, 10);
	rebuild = argc > 4 && !strcmp(argv[4], "rebuild");
	pthread_barrier_init(&start, NULL, (unsigned)count);
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)(size_t)i))
			return 1;
	for (int i = 0; i < count; i++) {
		uint64_t *took_ns;

		pthread_join(threads[i], (void **)&took_ns);
		if (*took_ns > slowest_ns)
			slowest_ns = *took_ns;
		free(took_ns);
	}
	printf("%.1f\n", (double)slowest_ns / (double)pairs);
	return 0;
}
