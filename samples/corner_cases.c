/*
 * corner_cases.c - what an allocator does at its edges, as glibc does it, and recorded
 * truly: a call that failed is no allocation, free(NULL) is no event, realloc(p, 0) is a
 * free, a failed realloc leaves its block alive. The program counts what went wrong.
 *
 * expect: $out.wrong == 0
 * expect: count("zero_sizes") == 4 and bytes("zero_sizes") == 0
 * expect: count("overflows") == 0
 * expect: count("bad_alignments") == 0
 * expect: live("failed_realloc") == 500
 * expect: count("realloc_to_zero") == 1 and live("realloc_to_zero") == 0
 * expect: live("realloc_null") == 0
 * expect: .totals.live_bytes == 500
 * expect: .totals.live_blocks == 1
 * expect: .lost.events == 0
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int wrong;
static volatile size_t half = SIZE_MAX / 2; /* not known to the compiler */

static void check(int right, int line)
{
	if (!right) {
		dprintf(STDERR_FILENO, "corner_cases.c:%d: not as glibc\n", line);
		wrong++;
	}
}
#define CHECK(right) check(right, __LINE__)

static __attribute__((noinline)) void zero_sizes(void)
{
	void *blocks[4] = { malloc(0), calloc(0, 8), calloc(8, 0), memalign(64, 0) };

	for (int i = 0; i < 4; i++) {
		CHECK(blocks[i] != NULL);
		free(blocks[i]);
	}
}

static __attribute__((noinline)) void overflows(void)
{
	errno = 0;
	CHECK(calloc(half, 4) == NULL && errno == ENOMEM);
	errno = 0;
	CHECK(reallocarray(NULL, half, 4) == NULL && errno == ENOMEM);
	errno = 0;
	CHECK(malloc(half + 100) == NULL && errno == ENOMEM);
}

static __attribute__((noinline)) void bad_alignments(void)
{
	void *block = &wrong;

	errno = 7;
	CHECK(posix_memalign(&block, 3, 10) == EINVAL);
	CHECK(posix_memalign(&block, 24, 10) == EINVAL);
	CHECK(posix_memalign(&block, 0, 10) == EINVAL);
	CHECK(posix_memalign(&block, 64, half + 100) == ENOMEM);
	CHECK(block == &wrong); /* untouched by a failure */
	CHECK(errno == 7 || errno == ENOMEM);
	errno = 0;
	CHECK(memalign(half + 2, 10) == NULL && errno != 0);
}

static __attribute__((noinline)) void failed_realloc(void)
{
	static char *block;

	block = malloc(500);
	memset(block, 9, 500);
	errno = 0;
	CHECK(realloc(block, half + 100) == NULL && errno == ENOMEM);
	CHECK(block[0] == 9 && block[499] == 9); /* and it stays alive to the end */
}

static __attribute__((noinline)) void in_place(void)
{
	char *block = malloc(5000), *same;

	same = realloc(block, 4990);
	CHECK(same == block);
	free(same);
}

static __attribute__((noinline)) void realloc_to_zero(void)
{
	CHECK(realloc(malloc(80), 0) == NULL);
}

static __attribute__((noinline)) void realloc_null(void)
{
	free(realloc(NULL, 33));
}

int main(void)
{
	zero_sizes();
	overflows();
	bad_alignments();
	failed_realloc();
	in_place();
	realloc_to_zero();
	realloc_null();
	errno = 42;
	free(NULL);
	CHECK(errno == 42);
	free(malloc(100));
	CHECK(errno == 42);
	dprintf(STDOUT_FILENO, "wrong=%d\n", wrong);
	return 0;
}
