/*
 * passed_up.c - blocks that outlive the function that allocated them by 1, 2 and 14
 * frames. Each is freed by the function it was handed to, which is its owner.
 *
 * expect: depths("up_1") == {"1": 100} and owners("up_1") == ["keep_1"]
 * expect: depths("up_2") == {"2": 100} and owners("up_2") == ["keep_2"]
 * expect: depths("up_14") == {"14": 100} and owners("up_14") == ["keep_14"]
 * expect: verdicts("up_1") + verdicts("up_2") + verdicts("up_14")
 *   == ["escaping", "escaping", "escaping"]
 * expect: .classes.escaping.blocks == 300 and .classes.escaping.bytes == 300 * 72
 * expect: .classes.stack_like.blocks == 0
 * expect: .exact.inferred == 0
 */
#include <stdlib.h>

static void *volatile sink;

#define FUNCTION __attribute__((noinline)) static
/* Not a tail call: the frame is still there while the callee allocates. */
#define PASSES_UP(name, from) \
	FUNCTION void *name(void) \
	{                         \
		void *block = from(); \
		sink = block;         \
		return block;         \
	}

FUNCTION void *allocate(void)
{
	void *block = malloc(72);

	sink = block;
	return block;
}

PASSES_UP(up_2, allocate)

FUNCTION void *up_1(void)
{
	void *block = malloc(72);

	sink = block;
	return block;
}

PASSES_UP(frame_2, allocate)
PASSES_UP(frame_3, frame_2)
PASSES_UP(frame_4, frame_3)
PASSES_UP(frame_5, frame_4)
PASSES_UP(frame_6, frame_5)
PASSES_UP(frame_7, frame_6)
PASSES_UP(frame_8, frame_7)
PASSES_UP(frame_9, frame_8)
PASSES_UP(frame_10, frame_9)
PASSES_UP(frame_11, frame_10)
PASSES_UP(frame_12, frame_11)
PASSES_UP(frame_13, frame_12)
PASSES_UP(up_14, frame_13)

#define KEEPS(name, from)     \
	FUNCTION void name(void)  \
	{                         \
		void *block = from(); \
		sink = block;         \
		free(block);          \
	}
KEEPS(keep_1, up_1)
KEEPS(keep_2, up_2)
KEEPS(keep_14, up_14)

int main(void)
{
	for (int i = 0; i < 100; i++) {
		keep_1();
		keep_2();
		keep_14();
	}
	return 0;
}
