/* record/costs_measure.c - measures what malloc, free, copying and memory cost on this machine. */
#include "record/costs_measure.h"

#include "base/kernel_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* the fastest round counts: in the others, something else had the processor */
#define ROUNDS 9
#define ROUNDS_QUICK 32
#define PAIRS 64
/* More than so many times what is usual, on a machine of this speed, was something else. */
#define UNUSUAL_TIMES 4
#define CROWD_MAX 1024u
#define CROWD_BYTES (UINT64_C(2) << 20)
#define COPY_BYTES (UINT64_C(1) << 20)
#define COPY_BYTES_NEAR (UINT64_C(16) << 10) /* fits the nearest cache */
#define MAP_BYTES (UINT64_C(256) << 10)      /* malloc maps blocks of that size */
#define EXTEND_BYTES 4096
#define CACHES_MAX 8

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
	if (!count)
		count = 1;
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

/* The block grows by 16 bytes at a time: malloc rounds up, or takes what is free behind it. */
static uint32_t extend_measure(void)
{
	uint32_t least = UINT32_MAX, round, times;
	char *block, *larger;
	uint64_t begin;
	size_t bytes;

	for (round = 0; round < ROUNDS; round++) {
		/* the largest there will be, so that there is room behind the block */
		free(malloc(2 * EXTEND_BYTES));
		block = malloc(EXTEND_BYTES);
		begin = kernel_now_ns();
		for (bytes = EXTEND_BYTES, times = 0; block && times < PAIRS; times++) {
			bytes += 16;
			larger = realloc(block, bytes);
			if (!larger)
				break;
			block = larger;
		}
		if (times)
			least_keep(&least, ps_each(kernel_now_ns() - begin, times));
		free(block);
	}
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

static uint32_t clear_measure(char *to, size_t bytes)
{
	uint32_t least = UINT32_MAX, round;
	uint64_t begin;

	for (round = 0; round < ROUNDS; round++) {
		begin = kernel_now_ns();
		memset(to, 0, bytes);
		touch(to + bytes / 2);
		least_keep(&least, ps_each(kernel_now_ns() - begin, bytes >> 10));
	}
	return least;
}

static void most_raise(uint32_t *most, uint32_t least)
{
	if (*most < least)
		*most = least;
}

/* Of lines that lie apart, in an order that no prefetcher follows: each says which is next. */
#define LINE_BYTES 256
#define LINES 256u
#if defined(__x86_64__)
static uint32_t miss_measure(char *lines)
{
	uint32_t least = UINT32_MAX, round, i, at = 0, next;
	uint64_t begin;

	/* 421 - 1 is a multiple of 4, and 1 is odd: the way leads through all lines, a power of two */
	for (i = 0; i < LINES; i++) {
		next = (i * 421 + 1) % LINES;
		memcpy(lines + (size_t)i * LINE_BYTES, &next, sizeof(next));
	}
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < LINES; i++)
			__builtin_ia32_clflush(lines + (size_t)i * LINE_BYTES);
		__builtin_ia32_mfence();
		begin = kernel_now_ns();
		for (i = 0; i < LINES; i++)
			at = *(volatile uint32_t *)(lines + (size_t)at * LINE_BYTES);
		least_keep(&least, ps_each(kernel_now_ns() - begin, LINES));
	}
	return least;
}
#endif

static void buffers_measure(struct allocator_costs *costs)
{
	char *to = malloc(COPY_BYTES), *from = malloc(COPY_BYTES);
	struct costs_header *header = &costs->header;
	struct costs_memory *memory = &costs->memory;

	if (to && from) {
		memset(from, 1, COPY_BYTES);
		memset(to, 1, COPY_BYTES);
		header->copy_least = copy_measure(to, from, COPY_BYTES_NEAR);
		header->copy_most = copy_measure(to, from, COPY_BYTES);
		most_raise(&header->copy_most, header->copy_least);
		memory->clear_least = clear_measure(to, COPY_BYTES_NEAR);
		memory->clear_most = clear_measure(to, COPY_BYTES);
		most_raise(&memory->clear_most, memory->clear_least);
#if defined(__x86_64__)
		memory->miss = miss_measure(to);
#endif
	}
	free(to);
	free(from);
}

/* Map memory, write to so many of its pages, and unmap it: nanoseconds, or 0 if that fails. */
static uint64_t map_take(size_t pages, size_t page)
{
	uint64_t begin = kernel_now_ns();
	char *data = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE,
	                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (data == MAP_FAILED)
		return 0;
	for (i = 0; i < pages; i++)
		touch(data + i * page);
	munmap(data, MAP_BYTES);
	return kernel_now_ns() - begin;
}

/* What malloc does for large blocks, unless it has kept such memory. */
static void maps_measure(struct costs_memory *memory)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = MAP_BYTES / page;
	uint32_t map = UINT32_MAX, all = UINT32_MAX, round;

	for (round = 0; round < ROUNDS; round++) {
		least_keep(&map, ps_each(map_take(1, page), 1));
		least_keep(&all, ps_each(map_take(pages, page), 1));
	}
	if (!map || all < map || pages < 2)
		return;
	memory->map = map;
	memory->touch = (uint32_t)((all - map) / (pages - 1));
}

/* Of the largest cache. sysconf() does not know it of all processors. */
static uint64_t cache_size(uint64_t usual)
{
	char path[64], line[32], *end;
	uint64_t largest = 0, bytes;
	FILE *file;
	int i;

	for (i = 0; i < CACHES_MAX; i++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu0/cache/index%d/size",
		         i);
		file = fopen(path, "re");
		if (!file)
			break;
		if (fgets(line, sizeof(line), file)) {
			bytes = strtoull(line, &end, 10);
			bytes <<= *end == 'K' ? 10 : *end == 'M' ? 20 : 0;
			if (bytes > largest)
				largest = bytes;
		}
		fclose(file);
	}
	return largest ? largest : usual;
}

/* A figure is at most UNUSUAL_TIMES the usual one, of a machine that is so many times slower. */
static void figure_limit(uint32_t *figure, uint32_t usual, double slower)
{
	double most = (double)usual * slower * UNUSUAL_TIMES;

	if ((double)*figure > most)
		*figure = (uint32_t)most;
}

/* How fast the machine is, the smallest blocks say: their pairs call neither kernel nor lock. */
static void limits_set(struct allocator_costs *costs,
                       const struct allocator_costs *usual)
{
	double slower = (double)costs->classes[0].least / (double)usual->classes[0].least;
	uint32_t i;

	if (slower < 1)
		slower = 1;
	for (i = 0; i < costs->header.class_count; i++) {
		figure_limit(&costs->classes[i].least, usual->classes[i].least, slower);
		figure_limit(&costs->classes[i].most, usual->classes[i].most, slower);
		most_raise(&costs->classes[i].most, costs->classes[i].least);
	}
	figure_limit(&costs->memory.extend, usual->memory.extend, slower);
	figure_limit(&costs->memory.miss, usual->memory.miss, slower);
}

struct allocator_costs costs_measure(void)
{
	const struct allocator_costs usual = allocator_costs_usual();
	struct allocator_costs costs = usual;
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
		most_raise(&class->most, class->least);
	}
	free(blocks);
	costs.memory.extend = extend_measure();
	buffers_measure(&costs);
	maps_measure(&costs.memory);
	costs.memory.cache_bytes = cache_size(usual.memory.cache_bytes);
	limits_set(&costs, &usual);
	return costs;
}
