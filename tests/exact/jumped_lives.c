/*
 * jumped_lives.c - blocks that are alive while control jumps: those of frames that are jumped
 * over, of the frame where it lands, and of one further out. No jump but longjmp is seen.
 *
 * guards: a frame has ended when control is back in what called it
 * build: gcc -O2
 * build: gcc -O0
 * build: clang -O2
 * build: gcc -O2 -DBY_LONGJMP
 * build: gcc -O2 -DBY_CONTEXT
 * build: gcc -O0 -DBY_CONTEXT
 * inferred: none
 * depth: of_outer 1
 * depth: of_landing 1
 * depth: of_deep 5
 * depth: of_deeper 6
 * depth: of_middle 1 4
 */
#include "exact.h"

#include <setjmp.h>
#include <ucontext.h>

#define ROUNDS 2000

static void *volatile deep, *volatile deeper, *volatile middle_block;

#ifdef BY_LONGJMP
static jmp_buf landing;
#define SET() setjmp(landing)
#define JUMP() longjmp(landing, 1)
#elif defined(BY_CONTEXT)
static ucontext_t landing;
static volatile int is_back;
#define SET() (is_back = 0, getcontext(&landing), is_back)
#define JUMP() (is_back = 1, setcontext(&landing))
#else
static void *landing[5];
#define SET() __builtin_setjmp(landing)
#define JUMP() __builtin_longjmp(landing, 1)
#endif

#define MAKER(name)                  \
	NOINLINE static void *name(void) \
	{                                \
		void *block = malloc(24);    \
                                     \
		__asm__ volatile("");        \
		return block;                \
	}
MAKER(of_outer)
MAKER(of_landing)
MAKER(of_middle)
MAKER(of_deep)
MAKER(of_deeper)

NOINLINE static void innermost(void)
{
	deep = of_deep();
	deeper = of_deeper();
	allocate_here();
	expect_stub();
	JUMP();
	__asm__ volatile("");
}

NOINLINE static void inner(void)
{
	innermost();
	__asm__ volatile("");
}

NOINLINE static void middle(void)
{
	middle_block = of_middle();
	free(middle_block); /* before the jump */
	middle_block = of_middle();
	inner();
	__asm__ volatile("");
}

/* Where it lands. */
NOINLINE static void first(void)
{
	middle();
	__asm__ volatile("");
}

NOINLINE static void lands(void)
{
	void *volatile block = of_landing();

	if (SET() == 0)
		first();
	free(deep);
	free(block);
}

NOINLINE static void outer(void)
{
	void *volatile block = of_outer();

	lands();
	free(deeper);
	free(middle_block);
	free(block);
	allocate_here();
}

int main(void)
{
	exact_begin();
	for (int i = 0; i < ROUNDS; i++)
		outer();
	return exact_end();
}
