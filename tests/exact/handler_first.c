/*
 * handler_first.c - a signal handler allocates where none of the functions it interrupts has:
 * they do so after it. Their frames have stubs by then, as if they had called it.
 *
 * guards: patch only slots that were reached by CFI
 * build: gcc -O2
 * build: gcc -O0
 * build: clang -O2
 * inferred: none
 */
#include "exact.h"

#include <signal.h>

static long handled;

NOINLINE static void *make(void)
{
	return malloc(40);
}

static void on_signal(int number)
{
	void *block = make();

	(void)number;
	handled++;
	free(block);
}

NOINLINE static void interrupted(int is_raised)
{
	void *before;

	if (is_raised)
		raise(SIGTRAP);
	else
		__asm__ volatile("int3");
	expect_stub();
	before = make();
	allocate_here();
	free(before);
}

NOINLINE static void outer(int is_raised)
{
	interrupted(is_raised);
	expect_stub();
	free(make());
}

NOINLINE static void user(int is_raised)
{
	void *block = make();

	outer(is_raised);
	free(block);
	allocate_here();
}

int main(void)
{
	exact_begin();
	signal(SIGTRAP, on_signal);
	for (int i = 0; i < 200; i++)
		user(i % 2);
	check(handled == 200, "%ld signals", handled);
	return exact_end();
}
