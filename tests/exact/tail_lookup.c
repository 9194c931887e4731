/*
 * tail_lookup.c - dlsym(RTLD_NEXT) as the last thing of a function finds the next one,
 * as seen from that function's module, and so does dlvsym(); dlopen() and dlmopen() search
 * where that module says.
 *
 * guards: who asks where it was called from sees no stub
 * plugin: tail_puts.c
 * plugin: elsewhere.c
 * build: gcc -O2 -Wl,--no-as-needed ./tail_puts.so -Wl,-rpath,$ORIGIN
 * build: clang -O2 -Wl,--no-as-needed ./tail_puts.so -Wl,-rpath,$ORIGIN
 */
#include "exact.h"

#include <dlfcn.h>

/* Each puts stubs into its own frame, and leaves by a jump. */
NOINLINE static void *open_by_jump(const char *name)
{
	free(strdup("again"));
	free(strdup("again"));
	return dlopen(name, RTLD_NOW);
}

NOINLINE static void *open_in_space(const char *name)
{
	free(strdup("again"));
	free(strdup("again"));
	return dlmopen(LM_ID_BASE, name, RTLD_NOW);
}

int main(void)
{
	void *(*allocate)(size_t);
	void *libc, *plugin;

	for (int i = 0; i < 10; i++)
		puts("hello");
	plugin = open_by_jump("elsewhere.so");
	printf("%s\n", plugin ? "opened" : dlerror());
	if (plugin)
		dlclose(plugin);
	plugin = open_in_space("elsewhere.so");
	printf("%s\n", plugin ? "opened" : dlerror());
	libc = open_by_jump("libc.so.6");
	allocate = (void *(*)(size_t))dlsym(libc, "malloc");
	printf("%d %d\n", libc != NULL, allocate != NULL);
	return 0;
}
