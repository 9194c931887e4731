/* record/costs_measure.c - measures what malloc, free and copying cost on this machine. */
#include "record/costs_measure.h"

#include "base/kernel_clock.h"

#include <stdlib.h>
#include <string.h>

/* the fastest round counts: in the others, something else had the processor */
#define ROUNDS 9
#define ROUNDS_QUICK 32
#define PAIRS 64
#define MOST_TIMES 6
#define CROWD_MAX 1024u
#define CROWD_BYTES (UINT64_C(2) << 20)
#define COPY_BYTES (UINT64_C(1) << 20)
#define COPY_BYTES_NEAR (UINT64_C(16) << 10) /* fits the nearest cache */

static uint32_t ps_each(uint64_t ns, uint64_t times)
{
	uint64_t ps = ns * 1000 / times;

	return ps < UINT32_MAX ? (uint32_t)ps : UINT32_MAX;
}

static void least_keep(uint32_t *least, uint32_t ps)
{
	if (ps < *least)
		*least = ps;
}

/* The compiler must not leave out the pair. */
static void touch(char *block)
{
	*(volatile char *)block = 1;
}

/* Each block is freed at once. */
static uint32_t quick_measure(size_t bytes)
{
	uint32_t least = UINT32_MAX, round, i;
	uint64_t begin;
	char *block;

	for (round = 0; round < ROUNDS_QUICK; round++) {
		begin = kernel_now_ns();
		for (i = 0; i < PAIRS; i++) {
			block = malloc(bytes);
			if (!block)
				return least;
			touch(block);
			free(block);
		}
		least_keep(&least, ps_each(kernel_now_ns() - begin, PAIRS));
	}
	return least;
}

/*
 * Many blocks are alive at once, and are freed in another order. One more, behind them, lives
 * through all rounds: it keeps malloc from giving their memory back to the kernel.
 */
static uint32_t slow_measure(size_t bytes, char **blocks)
{
	uint32_t count = (uint32_t)(CROWD_BYTES / bytes), least = UINT32_MAX, round, i;
	char *behind = NULL;
	uint64_t begin, taken;

	if (count > CROWD_MAX)
		count = CROWD_MAX;
	for (round = 0; round < ROUNDS; round++) {
		begin = kernel_now_ns();
		for (i = 0; i < count; i++) {
			blocks[i] = malloc(bytes);
			if (blocks[i])
				touch(blocks[i]);
		}
		taken = kernel_now_ns() - begin;
		if (!behind)
			behind = malloc(bytes);
		begin = kernel_now_ns();
		/* 7 has no divisor in common with the count, a power of two: each block once */
		for (i = 0; i < count; i++)
			free(blocks[(size_t)i * 7 % count]);
		taken += kernel_now_ns() - begin;
		if (round)
			least_keep(&least, ps_each(taken, count));
	}
	free(behind);
	return least;
}

static uint32_t copy_measure(char *to, const char *from, size_t bytes)
{
	uint32_t least = UINT32_MAX, round;
	uint64_t begin;

	for (round = 0; round < ROUNDS; round++) {
		begin = kernel_now_ns();
		memcpy(to, from, bytes);
		touch(to + bytes / 2);
		least_keep(&least, ps_each(kernel_now_ns() - begin, bytes >> 10));
	}
	return least;
}

static void copies_measure(struct costs_header *header)
{
	char *to = malloc(COPY_BYTES), *from = malloc(COPY_BYTES);

	if (to && from) {
		memset(from, 1, COPY_BYTES);
		memset(to, 1, COPY_BYTES);
		header->copy_least = copy_measure(to, from, COPY_BYTES_NEAR);
		header->copy_most = copy_measure(to, from, COPY_BYTES);
		if (header->copy_most < header->copy_least)
			header->copy_most = header->copy_least;
	}
	free(to);
	free(from);
}

struct allocator_costs costs_measure(void)
{
	struct allocator_costs costs = allocator_costs_usual();
	char **blocks = calloc(CROWD_MAX, sizeof(*blocks));
	struct costs_class *class;
	uint32_t i;

	if (!blocks)
		return costs;
	costs.is_measured = true;
	for (i = 0; i < costs.header.class_count; i++) {
		class = &costs.classes[i];
		class->least = quick_measure((size_t) class->bytes_max);
		class->most = slow_measure((size_t) class->bytes_max, blocks);
		if (class->most < class->least)
			class->most = class->least;
		/* more than that was something else: another program had the processor */
		if (class->most / MOST_TIMES > class->least)
			class->most = class->least * MOST_TIMES;
	}
	copies_measure(&costs.header);
	free(blocks);
	return costs;
}
