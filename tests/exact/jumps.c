/*
 * jumps.c - setjmp and longjmp past frames with stubs, in all their spellings, forty
 * thousand times: out of recursions, signal handlers (on the thread's stack and on a
 * signal stack) and loops, and out of recursions that are deeper than the recorder follows.
 * Frames that were jumped over are proven dead.
 *
 * guards: a stub is not reused before it has run, or the frame is proven unwound
 * build: gcc -O2
 * build: gcc -O0
 * build: gcc -O2 -D_FORTIFY_SOURCE=2
 * build: gcc -O3 -fomit-frame-pointer
 * build: clang -O2
 */
#include "exact.h"

#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

static jmp_buf plain;
static sigjmp_buf with_mask;
static volatile long landed;

NOINLINE static long dive(int depth, int way)
{
	volatile char room[64];

	room[depth & 63] = 1;
	allocate_here();
	if (depth)
		return dive(depth - 1, way) + room[depth & 63];
	switch (way) {
	case 0: longjmp(plain, 3);
	case 1: _longjmp(plain, 3);
	case 2: siglongjmp(with_mask, 3);
	case 3: raise(SIGUSR1);
	case 4: raise(SIGUSR2);
	}
	return 1;
}

static void on_signal(int number)
{
	(void)number;
	allocate_here();
	dive(3, 2);
}

NOINLINE static long round_of(int way, int depth)
{
	volatile long result = 0;

	allocate_here();
	expect_stub();
	if (way < 2) {
		if (setjmp(plain) == 0)
			result = dive(depth, way);
		else
			landed++;
	} else if (sigsetjmp(with_mask, 1) == 0) {
		result = dive(depth, way);
	} else {
		landed++;
	}
	allocate_here();
	expect_stub();
	return result;
}

/* The same frame is landed in again and again, each time from another depth. */
/* Of 16,384 frames, the recorder forgets the outer ones: it must find their stubs again. */
NOINLINE static long plunge(int depth)
{
	volatile char room[64];

	room[depth & 63] = 1;
	if (depth % 100 == 0)
		allocate_here();
	if (depth)
		return plunge(depth - 1) + room[depth & 63];
	longjmp(plain, 3);
	return 1;
}

NOINLINE static int loop(int times)
{
	volatile int count = 0;

	if (setjmp(plain) == times)
		return count;
	allocate_here();
	if (count++ < times)
		dive(count % 20, 0);
	return count;
}

int main(void)
{
	static char stack[65536];
	stack_t signal_stack = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = on_signal };

	exact_begin();
	sigaltstack(&signal_stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_flags = SA_ONSTACK | SA_NODEFER;
	sigaction(SIGUSR2, &action, NULL);
	for (int i = 0; i < 40000; i++)
		check(round_of(i % 5, i % 13) == 0, "round %d", i);
	check(landed == 40000, "%ld landings", landed);
	for (int i = 0; i < 10; i++)
		check(loop(1000 + i) == 1001 + i, "loop");
	for (volatile int i = 0; i < 12; i++) {
		if (!setjmp(plain))
			plunge(20000);
	}
	return exact_end();
}
