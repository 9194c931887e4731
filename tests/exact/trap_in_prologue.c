/*
 * trap_in_prologue.c - a signal at an instruction where the call frame information says
 * something else than the stack does, as it may wherever no call is. The handler's walk
 * comes to a word that is no return address, though it leads into code (sync_cfi.S): no
 * stub may be written there.
 *
 * guards: patch a slot only if the walk reached it by CFI (not beyond a signal's frame)
 * build: gcc -O2 sync_cfi.S
 * build: gcc -O0 sync_cfi.S
 * build: clang -O2 sync_cfi.S
 */
#include "exact.h"

#include <signal.h>

extern int trap_in_prologue(void);

static volatile int traps;

NOINLINE static void work(int depth)
{
	allocate_here();
	expect_stub();
	if (depth)
		work(depth - 1);
	allocate_here();
}

static void on_trap(int number)
{
	traps++;
	work(number % 4 + 2);
	allocate_here();
	expect_stub(); /* it returns into the signal frame like a call */
}

NOINLINE static int step(int depth)
{
	int result;

	allocate_here();
	expect_stub();
	result = depth ? step(depth - 1) : trap_in_prologue();
	__asm__ volatile("" : "+r"(result));
	return result;
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_trap };

	exact_begin();
	allocate_here();
	sigaction(SIGTRAP, &action, NULL);
	for (int i = 0; i < 100; i++)
		check(step(i % 7) == 1, "a word of round %d was changed", i);
	check(traps == 100, "%d traps", traps);
	return exact_end();
}
