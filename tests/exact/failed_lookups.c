/*
 * failed_lookups.c - dlsym() or dlopen() of what is not there: the loader jumps out of its own
 * frames. All of them are known to have ended, and cost no stub. The error that dlopen() has
 * allocated further in is freed where it landed.
 *
 * guards: a stub is not reused before it has run, or the frame is proven unwound
 * build: gcc -O2 -ldl
 * build: gcc -O2 -DIS_SILENT -ldl
 * build: gcc -O2 -DOPENS -ldl
 * build: gcc -O2 -DOPENS -DIS_SILENT -ldl
 * inferred: none
 */
#include "exact.h"

#include <dlfcn.h>

#define ROUNDS 60000 /* of more than five frames each */

NOINLINE static void round_of(void)
{
	allocate_here();
#ifdef OPENS
	check(!dlopen("/no/such/library.so", RTLD_NOW), "it is there");
#else
	check(!dlsym(RTLD_DEFAULT, "no_such_symbol"), "it is there");
#endif
#ifndef IS_SILENT
	check(dlerror() != NULL, "no error");
#endif
}

/* None of it has been met before: stubs must be left for it. */
NOINLINE static void fresh(int depth)
{
	allocate_here();
	expect_stub();
	if (depth)
		fresh(depth - 1);
	allocate_here();
}

int main(void)
{
	exact_begin();
	for (int i = 0; i < ROUNDS; i++)
		round_of();
	fresh(30);
	return exact_end();
}
