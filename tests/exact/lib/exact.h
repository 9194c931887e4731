/*
 * exact.h - what the programs under tests/exact/ share: a check that counts, an allocation
 * in the frame it stands in, and the question whether a return stub stands there.
 *
 * A program prints the same with and without outlive. Recorded, it must also find the
 * stubs where it expects them (has_stub): a test in which none stood would prove nothing.
 */
#ifndef EXACT_H
#define EXACT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
#define EXACT_EXTERN extern "C"
#else
#define EXACT_EXTERN extern
#endif

#ifdef __clang__
#define NOIPA __attribute__((noinline, optnone))
#define NOINLINE __attribute__((noinline))
#else
#define NOIPA __attribute__((noipa))
#define NOINLINE __attribute__((noipa))
#endif

static int exact_wrong;

/* Say once what is wrong, and remember it for exact_end(). */
#define check(condition, ...)                      \
	do {                                           \
		if (!(condition) && exact_wrong++ < 20) {  \
			printf("%s:%d: ", __FILE__, __LINE__); \
			printf(__VA_ARGS__);                   \
			printf(" (%s)\n", #condition);         \
			fflush(stdout);                        \
		}                                          \
	} while (0)

/* An event in this very frame, and a block that lives no longer than the statement. */
#define allocate_here()                     \
	do {                                    \
		void *volatile block_ = malloc(24); \
		free(block_);                       \
	} while (0)

static uintptr_t exact_stubs_start, exact_stubs_end;
static int exact_recorded; /* 1: with stubs, 0: bare or plain */

/* Where liboutlive.so's code is; before anything else. */
static inline void exact_begin(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	const char *frames = getenv("OUTLIVE_FRAMES");
	char line[512], permissions[8];
	unsigned long start, end;

	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %7s", &start, &end, permissions) != 3 ||
		    !strstr(line, "liboutlive.so") || permissions[2] != 'x')
			continue;
		if (!exact_stubs_start)
			exact_stubs_start = start;
		exact_stubs_end = end; /* in pieces: the entries are writable */
	}
	if (maps)
		fclose(maps);
	exact_recorded = exact_stubs_start && !(frames && strcmp(frames, "plain") == 0);
}

static inline int is_stub(uintptr_t address)
{
	return exact_stubs_start <= address && address < exact_stubs_end;
}

/* The word at the return address's slot, read anew. Wants a frame pointer. */
#define return_word() (((volatile uintptr_t *)__builtin_frame_address(0))[1])
#define has_stub() is_stub(return_word())

/*
 * Recorded, a stub must stand in this frame; bare, there is nothing to ask. A program with
 * an unwinder of its own (built with -DOWN_UNWINDER) must be left alone.
 */
#define expect_no_stub() check(!has_stub(), "a stub stands in %s", __func__)
#ifdef OWN_UNWINDER
#define expect_stub() expect_no_stub()
#else
#define expect_stub() \
	check(!exact_recorded || has_stub(), "no stub stands in %s", __func__)
#endif

static inline int exact_end(void)
{
	printf("%s\n", exact_wrong ? "wrong" : "right");
	fflush(stdout);
	return exact_wrong != 0;
}

#endif
