/*
 * tail_lookup.c - dlsym(RTLD_NEXT) as the last thing of a function finds the next one,
 * as seen from that function's module.
 *
 * guards: who asks where it was called from sees no stub
 * plugin: tail_puts.c
 * build: gcc -O2 -Wl,--no-as-needed ./tail_puts.so
 * build: clang -O2 -Wl,--no-as-needed ./tail_puts.so
 */
#include "exact.h"

#include <dlfcn.h>

NOIPA static void *open_by_jump(const char *name)
{
	free(strdup("again"));
	return dlopen(name, RTLD_NOW);
}

int main(void)
{
	void *(*allocate)(size_t);
	void *libc;

	for (int i = 0; i < 10; i++)
		puts("hello");
	libc = open_by_jump("libc.so.6");
	allocate = (void *(*)(size_t))dlsym(libc, "malloc");
	printf("%d %d\n", libc != NULL, allocate != NULL);
	return 0;
}
