/*
 * entry_points.c - every way into the allocator, each from a function of its own, each a
 * known number of times; every block is freed but the one of lose_strdup()
 * (before glibc 2.37 dprintf() would make one more, so snprintf() it is).
 *
 * expect: count("by_malloc") == 10 and bytes("by_malloc") == 10 * 24
 * expect: count("by_calloc") == 11 and bytes("by_calloc") == 11 * 60
 * expect: count("by_posix_memalign") == 12 and bytes("by_posix_memalign") == 12 * 100
 * expect: count("by_aligned_alloc") == 13 and bytes("by_aligned_alloc") == 13 * 128
 * expect: count("by_memalign") == 14 and bytes("by_memalign") == 14 * 70
 * expect: count("by_valloc") == 15 and bytes("by_valloc") == 15 * 10
 * expect: count("by_pvalloc") == 16
 * expect: count("by_strdup") == 17 and bytes("by_strdup") == 17 * 6
 * expect: count("by_reallocarray") == 18 and bytes("by_reallocarray") == 18 * 35
 * expect: count("lose_strdup") == 1 and live("lose_strdup") == 5
 * expect: .totals.allocations == 127
 * expect: .totals.frees == 126
 * expect: .totals.live_blocks == 1
 * expect: $out.usable_wrong == 0
 * expect: $out.misaligned == 0
 */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int usable_wrong, misaligned;

/* Look at the block as its owner would, then free it. */
static void use(void *block, size_t bytes, size_t alignment)
{
	usable_wrong += malloc_usable_size(block) < bytes;
	misaligned += (uintptr_t)block % alignment != 0;
	memset(block, 0x5a, bytes);
	free(block);
}

#define ENTRY(name, times, ...)                      \
	static __attribute__((noinline)) void name(void) \
	{                                                \
		for (int i = 0; i < (times); i++) {          \
			void *block = NULL;                      \
			__VA_ARGS__;                             \
		}                                            \
	}

ENTRY(by_malloc, 10, block = malloc(24); use(block, 24, 16))
ENTRY(by_calloc, 11, block = calloc(3, 20); use(block, 60, 16))
ENTRY(by_posix_memalign, 12, if (posix_memalign(&block, 64, 100)) abort();
      use(block, 100, 64))
ENTRY(by_aligned_alloc, 13, block = aligned_alloc(32, 128); use(block, 128, 32))
ENTRY(by_memalign, 14, block = memalign(4096, 70); use(block, 70, 4096))
ENTRY(by_valloc, 15, block = valloc(10); use(block, 10, 4096))
ENTRY(by_pvalloc, 16, block = pvalloc(10); use(block, 4096, 4096))
ENTRY(by_strdup, 17, block = strdup("hello"); use(block, 6, 16))
ENTRY(by_reallocarray, 18, block = reallocarray(NULL, 5, 7); use(block, 35, 16))

static char *volatile lost;

static __attribute__((noinline)) void lose_strdup(void)
{
	lost = strdup("gone");
	lost = NULL;
}

int main(void)
{
	char text[64];
	int length;

	by_malloc();
	by_calloc();
	by_posix_memalign();
	by_aligned_alloc();
	by_memalign();
	by_valloc();
	by_pvalloc();
	by_strdup();
	by_reallocarray();
	lose_strdup();
	length = snprintf(text, sizeof(text), "usable_wrong=%d\nmisaligned=%d\n",
	                  usable_wrong, misaligned);
	return write(STDOUT_FILENO, text, (size_t)length) != length;
}
