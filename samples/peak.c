/*
 * peak.c - the heap is largest while grow() holds 100 blocks of 10,000 bytes over the
 * 50,000 of base(). later() holds more blocks afterwards, but fewer bytes.
 *
 * expect: .totals.peak_bytes == 1050000
 * expect: peak("grow") == 1000000
 * expect: peak("base") == 50000
 * expect: peak("later") == 0
 * expect: count("later") == 5000
 * expect: .totals.live_blocks == 0
 */
#include <stdlib.h>

static void *volatile sink;

static __attribute__((noinline)) void *base(void)
{
	return sink = malloc(50000);
}

static __attribute__((noinline)) void grow(void)
{
	void *blocks[100];

	for (int i = 0; i < 100; i++)
		blocks[i] = sink = malloc(10000);
	for (int i = 0; i < 100; i++)
		free(blocks[i]);
}

static __attribute__((noinline)) void later(void)
{
	static void *blocks[5000];

	for (int i = 0; i < 5000; i++)
		blocks[i] = sink = malloc(100);
	for (int i = 0; i < 5000; i++)
		free(blocks[i]);
}

int main(void)
{
	void *block = base();

	grow();
	later();
	free(block);
	return 0;
}
