/* tail_puts.c - puts() that goes on to the next, which it looks up by a tail call. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static __attribute__((noinline)) void *next_of(const char *name)
{
	free(strdup(name)); /* the frames get their stubs */
	free(strdup(name));
	return dlsym(RTLD_NEXT, name);
}

int puts(const char *text)
{
	static int depth;
	int (*next)(const char *) = (int (*)(const char *))next_of("puts");
	char line[300];
	int result;

	if (++depth > 5)
		_exit(3);
	snprintf(line, sizeof(line), "<%s>", text);
	result = next(line);
	depth--;
	return result;
}
