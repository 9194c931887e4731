/*
 * deep_sites.c - a recursion of 1,000 levels that allocates on each: 1,000 call paths, of which
 * the deeper ones have paths of more than 256 calls. Of those the report tells the innermost
 * and the outermost, and how many lie between: its size does not grow with the square of the
 * depth.
 *
 * expect: [.sites[] | select(.frames_left_out > 0)] | length > 700
 * expect: [.sites[] | select(.frames_left_out == 0)] | length > 240
 * expect: [.sites[] | select(.frames_left_out > 0) | .frames | length] | unique == [48]
 * expect: [.sites[] | select(.frames_left_out > 0) | .outer_frames | length] | unique == [16]
 * expect: [.sites[] | select(.frames_left_out == 0) | .frames | length] | max == 256
 * expect: [.sites[] | select(.frames_left_out == 0) | .outer_frames[]] == []
 * expect: [.sites[] | .frames_left_out + (.frames+.outer_frames|length)] | unique | length == 1000
 * expect: [.sites[] | select(any((.frames+.outer_frames)[]; .function == "main"))] | length == 1000
 * expect: [.sites[] | select(.frames_left_out > 0) | .frames[].function] | unique == ["descend"]
 */
#include <stdlib.h>

static void *volatile sink;

static __attribute__((noinline)) int descend(int levels)
{
	volatile char local[40];

	local[levels % 40] = (char)levels;
	sink = malloc(16);
	free(sink);
	return (levels > 1 ? descend(levels - 1) : 0) + local[levels % 40];
}

int main(void)
{
	return descend(1000) == 0x7fffffff;
}
