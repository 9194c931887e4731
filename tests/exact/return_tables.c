/*
 * return_tables.c - a module whose runtime looks its return addresses up in a table finds
 * them there: no stub stands in it, whether its symbols tell (OCaml's native code) or the
 * runtime only asks for its settings. What calls it has its stubs, and so has a library.
 *
 * guards: where a runtime reads return addresses, no stub comes
 * build: gcc -O2 -fno-omit-frame-pointer -rdynamic -DEXPORTED
 * build: gcc -O2 -fno-omit-frame-pointer -rdynamic -DEXPORTED -Wl,--hash-style=sysv
 * build: gcc -O2 -fno-omit-frame-pointer -DASKS
 * build: clang -O1 -fno-omit-frame-pointer -DASKS
 * build: gcc -O2 -fno-omit-frame-pointer
 */
#include "exact.h"

#ifdef EXPORTED
const void *caml_frametable[1];
#endif
#if defined(EXPORTED) || defined(ASKS)
#define expect_right() expect_no_stub()
#else
#define expect_right() expect_stub()
#endif

NOINLINE static int nest(int depth)
{
	allocate_here();
	expect_right();
	if (depth > 0)
		depth = nest(depth - 1) + 1;
	allocate_here();
	expect_right();
	return depth;
}

NOINLINE static int compare(const void *left, const void *right)
{
	allocate_here(); /* returns into libc */
	expect_stub();
	return *(const int *)left - *(const int *)right;
}

int main(void)
{
	int numbers[40];

	exact_begin();
#ifdef ASKS
	allocate_here(); /* what is known of the module by now is forgotten */
	check(!secure_getenv("OCAMLRUNPARAM"), "the environment is not this test's");
#endif
	for (int i = 0; i < 40; i++)
		numbers[i] = i * 7 % 40 + nest(i % 9) * 0;
	qsort(numbers, 40, sizeof(*numbers), compare);
	for (int i = 0; i < 40; i++)
		check(numbers[i] == i, "%d", i);
	return exact_end();
}
