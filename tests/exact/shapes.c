/*
 * shapes.c - frames of every shape a compiler makes: alloca, variable-length arrays,
 * realigned stacks, huge frames, tail calls, nested functions, many arguments; and the
 * same at every optimisation. A tail call takes over its caller's frame, stub and all.
 *
 * guards: cache a rule only if the CFI says it is simple
 * build: gcc -O0
 * whole: gcc -O1
 * build: gcc -O2
 * build: gcc -O3
 * build: gcc -Os
 * build: gcc -O2 -fno-omit-frame-pointer
 * build: gcc -O2 -fomit-frame-pointer -maccumulate-outgoing-args
 * whole: gcc -O2 -mstackrealign
 * build: gcc -O2 -mstackrealign -mavx2 -mpreferred-stack-boundary=6
 * whole: gcc -O3 -mavx2
 * build: gcc -O2 -flto
 * build: gcc -O2 -fcf-protection=full
 * build: gcc -O2 -fstack-protector-all -fstack-clash-protection
 * build: gcc -O2 -fsanitize=undefined -fno-sanitize-recover
 * build: gcc -O2 -mcmodel=large -fPIE
 * build: gcc -O2 -no-pie -fno-pic
 * build: gcc -O2 -finstrument-functions -DINSTRUMENTED
 * build: gcc -O2 -fsplit-stack -fuse-ld=gold -DSPLIT_STACK needs:gold
 * build: gcc -O2 -Wl,-z,separate-code -Wl,--no-eh-frame-hdr -DNO_TABLE
 * build: clang -O0
 * build: clang -O2
 * whole: clang -O3 -mavx2
 * build: clang -O2 -fsanitize=safe-stack needs:safe-stack
 * build: clang -O2 -DMUSTTAIL
 */
#include "exact.h"

#include <alloca.h>
#include <stdarg.h>

#ifdef NO_TABLE /* no .eh_frame_hdr: nothing is known of this program's frames */
#undef expect_stub
#define expect_stub() expect_no_stub()
#endif
#ifdef SPLIT_STACK /* on stacks of libgcc's, where none may stand, or not */
#undef expect_stub
#define expect_stub() ((void)0)
#endif
#ifdef MUSTTAIL
#define TAIL __attribute__((musttail)) return
#define TAIL_FUNCTION __attribute__((noinline))
#else
#define TAIL return
#define TAIL_FUNCTION NOINLINE
#endif

#ifdef INSTRUMENTED
#define PLAIN __attribute__((no_instrument_function))
static long entered, left;
PLAIN void __cyg_profile_func_enter(void *function, void *caller)
{
	(void)function;
	(void)caller;
	entered++;
}
PLAIN void __cyg_profile_func_exit(void *function, void *caller)
{
	(void)function;
	(void)caller;
	left++;
}
#endif

typedef long (*shape)(int depth, long seed);
static long next_shape(int depth, long seed);

NOINLINE static long with_alloca(int depth, long seed)
{
	char *room = alloca((size_t)(seed % 5000) + 16);
	long result;

	memset(room, (int)(seed % 100), (size_t)(seed % 5000) + 16);
	allocate_here();
	result = next_shape(depth, seed);
	check(room[seed % 5000] == (char)(seed % 100), "alloca");
	return result + room[0];
}

NOINLINE static long with_array(int depth, long seed)
{
	long result = 0;

	for (int i = 1; i < 4; i++) {
		long array[seed % 50 + i];

		array[seed % 50] = seed;
		allocate_here();
		result = next_shape(depth - i, seed + i);
		check(array[seed % 50] == seed, "array");
		if (depth > 6)
			break;
	}
	return result + 1;
}

NOINLINE static long with_alignment(int depth, long seed)
{
	_Alignas(64) volatile long aligned[16];
	long result;

	check((uintptr_t)aligned % 64 == 0, "alignment");
	aligned[seed % 16] = seed;
	allocate_here();
	result = next_shape(depth, seed);
	allocate_here();
	return result + (aligned[seed % 16] == seed);
}

NOINLINE static long with_aligned_alloca(int depth, long seed)
{
	_Alignas(128) volatile char aligned[256];
	volatile char *room = alloca((size_t)(seed % 700) + 1);
	long result;

	aligned[seed % 256] = 3;
	room[0] = 4;
	allocate_here();
	result = next_shape(depth, seed);
	check((uintptr_t)aligned % 128 == 0, "alignment");
	return result + aligned[seed % 256] + room[0];
}

NOINLINE static long with_huge_frame(int depth, long seed)
{
	volatile char room[150000];
	long result;

	room[seed % 150000] = 7;
	allocate_here();
	result = next_shape(depth, seed);
	return result + room[seed % 150000];
}

NOINLINE static long with_arguments(int depth, long seed, ...)
{
	va_list arguments;
	long sum = 0;

	allocate_here();
	va_start(arguments, seed);
	for (int i = 0; i < 12; i++)
		sum += va_arg(arguments, long);
	va_end(arguments);
	sum += next_shape(depth, seed);
	return sum;
}

NOINLINE static long calls_arguments(int depth, long seed)
{
	return with_arguments(depth, seed, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L,
	                      seed) -
	       seed;
}

/* Three functions of which only the last returns: one frame, one stub, put by the first. */
TAIL_FUNCTION static long tail_last(int depth, long seed)
{
	allocate_here();
	return next_shape(depth, seed) + 2;
}

TAIL_FUNCTION static long tail_middle(int depth, long seed)
{
	allocate_here();
	TAIL tail_last(depth, seed);
}

TAIL_FUNCTION static long with_tail_calls(int depth, long seed)
{
	allocate_here();
	TAIL tail_middle(depth, seed);
}

NOINLINE static long with_memory_operands(int depth, long seed)
{
	struct {
		long words[30];
	} big = { { seed } };
	long result;

	allocate_here();
	expect_stub();
	result = next_shape(depth, seed);
	return result + big.words[0] - seed;
}

#ifndef __clang__
NOINLINE static long with_nested(int depth, long seed)
{
	long own = seed;
	/* Reaches its parent's frame through the static chain. */
	NOINLINE long nested(int more)
	{
		allocate_here();
		own += more;
		return more ? nested(more - 1) : next_shape(depth, seed);
	}
	long result = nested(3);

	check(own == seed + 6, "nested");
	return result;
}
#endif

static const shape shapes[] = {
	with_alloca,     with_array,      with_alignment,  with_aligned_alloca,
	with_huge_frame, calls_arguments, with_tail_calls, with_memory_operands,
#ifndef __clang__
	with_nested,
#else
	with_memory_operands,
#endif
};

NOINLINE static long next_shape(int depth, long seed)
{
	unsigned long mixed = (unsigned long)seed * 6364136223846793005u +
	                      1442695040888963407u;

	if (depth <= 0) {
		allocate_here();
		return 1;
	}
	return shapes[(mixed >> 33) % 9](depth - 1, (long)(mixed >> 20 & 0xfffffff)) * 3 %
	       1000007;
}

int main(void)
{
	long sum = 0;

	exact_begin();
	allocate_here();
	for (int i = 0; i < 150; i++)
		sum = (sum * 31 + next_shape(i % 14, i)) % 1000000007;
	printf("%ld\n", sum);
#ifdef INSTRUMENTED
	check(entered - left == 1, "%ld entered, %ld left", entered, left); /* main */
#endif
	return exact_end();
}
