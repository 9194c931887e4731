/*
 * values.c - what a function returns arrives whole over a stub: in rax, rdx, xmm0, xmm1,
 * st0, st1, ymm0, in memory; and what must survive a call does: rbx, rbp, r12 to r15, the
 * x87 and SSE control words. Hand-written functions (values.S) also return in registers
 * that no convention names (rcx, r8 to r11, the carry flag): a stub clobbers nothing.
 *
 * guards: a stub clobbers nothing
 * build: gcc -O0 values.S
 * whole: gcc -O1 values.S
 * build: gcc -O2 values.S
 * build: gcc -O3 values.S -mavx2
 * build: gcc -O2 values.S -fcf-protection=full
 * whole: gcc -O2 values.S -flto
 * build: gcc -O2 values.S -mfunction-return=thunk -mindirect-branch=thunk
 * build: gcc -O2 values.S -fzero-call-used-regs=all
 * build: clang -O2 values.S
 */
#include "exact.h"

#include <complex.h>

struct two_words {
	long a;
	double b;
};
struct two_longs {
	long a, b;
};
struct two_doubles {
	double a, b;
};
struct large {
	long words[40];
	char text[100];
};
#ifdef __AVX2__
typedef long four_longs __attribute__((vector_size(32)));
#endif

#define RETURNS(type, name, value)               \
	NOINLINE static type name(int depth, long x) \
	{                                            \
		type result;                             \
                                                 \
		if (depth > 0) {                         \
			result = name(depth - 1, x);         \
			allocate_here();                     \
			return result;                       \
		}                                        \
		allocate_here();                         \
		expect_stub();                           \
		result = value;                          \
		return result;                           \
	}

RETURNS(char, return_char, (char)(x % 100))
RETURNS(long, return_long, x * 3)
RETURNS(unsigned __int128, return_int128,
        (unsigned __int128)x << 64 | (unsigned long)(x + 1))
RETURNS(float, return_float, (float)x / 2)
RETURNS(double, return_double, (double)x / 4)
RETURNS(long double, return_long_double, (long double)x / 8)
RETURNS(double complex, return_complex, (double)x + (double)x * 2 * I)
RETURNS(long double complex, return_long_complex,
        (long double)x + (long double)x * 2 * I)
RETURNS(struct two_words, return_two_words, ((struct two_words){ x, (double)x / 2 }))
RETURNS(struct two_longs, return_two_longs, ((struct two_longs){ x, -x }))
RETURNS(struct two_doubles, return_two_doubles,
        ((struct two_doubles){ (double)x, -(double)x }))
RETURNS(struct large, return_large, ((struct large){ { x, [39] = -x }, "large" }))
#ifdef __AVX2__
RETURNS(four_longs, return_vector, ((four_longs){ x, x + 1, x + 2, x + 3 }))
#endif

/* values.S: fills registers, calls callback(), and says how many came out changed. */
extern long registers_kept(void (*callback)(int depth), int depth);
/* values.S: calls callback(), then returns rcx rdx rsi rdi r8..r11 = x..x+7, carry set. */
extern long odd_return(long x, void (*callback)(int));
/* values.S: how many of those its caller finds changed after the return. */
extern long odd_return_check(long x, void (*callback)(int));

NOINLINE static void callback(int depth)
{
	volatile char room[48];

	room[depth % 48] = 0;
	allocate_here();
	expect_stub();
	if (depth)
		callback(depth - 1);
	allocate_here();
}

NOINLINE static void all(int depth, long x)
{
	struct large large;

	check(return_char(depth, x) == (char)(x % 100), "char");
	check(return_long(depth, x) == x * 3, "long");
	check(return_int128(depth, x) ==
	          ((unsigned __int128)x << 64 | (unsigned long)(x + 1)),
	      "int128");
	check(return_float(depth, x) == (float)x / 2, "float");
	check(return_double(depth, x) == (double)x / 4, "double");
	check(return_long_double(depth, x) == (long double)x / 8, "long double");
	check(return_complex(depth, x) == (double)x + (double)x * 2 * I, "complex");
	check(return_long_complex(depth, x) == (long double)x + (long double)x * 2 * I,
	      "long complex");
	check(return_two_words(depth, x).a == x, "a");
	check(return_two_words(depth, x).b == (double)x / 2, "b");
	check(return_two_longs(depth, x).b == -x, "two longs");
	check(return_two_doubles(depth, x).b == -(double)x, "two doubles");
	large = return_large(depth, x);
	check(large.words[0] == x && large.words[39] == -x, "large");
	check(strcmp(large.text, "large") == 0, "text");
#ifdef __AVX2__
	for (int i = 0; i < 4; i++)
		check(return_vector(depth, x)[i] == x + i, "vector");
#endif
	check(registers_kept(callback, depth) == 0, "registers: %lx",
	      registers_kept(callback, depth));
	check(odd_return_check(x, callback) == 0, "odd returns: %lx",
	      odd_return_check(x, callback));
}

int main(void)
{
	exact_begin();
	allocate_here();
	for (int i = 0; i < 300; i++)
		all(i % 9, i * 1000003L);
	return exact_end();
}
