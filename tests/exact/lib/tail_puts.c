/* tail_puts.c - puts() that goes on to the next, which it looks up by tail calls. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
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

static __attribute__((noinline)) void *version_of(const char *name)
{
	free(strdup(name));
	free(strdup(name));
	return dlvsym(RTLD_NEXT, name, "GLIBC_2.2.5");
}

int puts(const char *text)
{
	static int depth;
	int (*next)(const char *) = (int (*)(const char *))next_of("puts");
	void *versioned = version_of("puts");
	char line[300];
	int result;

	if (++depth > 5)
		_exit(3);
	snprintf(line, sizeof(line), "<%s>%s", text, versioned == (void *)next ? "" : "?");
	result = next(line);
	depth--;
	return result;
}
