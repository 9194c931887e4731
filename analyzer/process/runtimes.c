/* process/runtimes.c - recognizes runtimes and the recorder by their file names. */
#include "process/runtimes.h"

#include <string.h>

/* `name` is the beginning of the file's name; one of `next` must follow, or the name's end. */
static const struct {
	const char *name, *next;
	uint32_t runtime;
} known[] = {
	{ "python", "0123456789.", RUNTIME_PYTHON },
	{ "libpython", "0123456789.", RUNTIME_PYTHON },
	{ "libjvm.so", "", RUNTIME_JAVA },
	{ "node", "0123456789.", RUNTIME_NODE },
	{ "nodejs", "", RUNTIME_NODE },
	{ "libnode.so", ".", RUNTIME_NODE },
	{ "libjemalloc", "._-", RUNTIME_MALLOC },
	{ "libtcmalloc", "._-", RUNTIME_MALLOC },
	{ "libmimalloc", "._-", RUNTIME_MALLOC },
	{ "libsnmallocshim", "._-", RUNTIME_MALLOC },
	{ "librpmalloc", "._-", RUNTIME_MALLOC },
	{ "libhoard", "._-", RUNTIME_MALLOC },
};

/* The file name decides alone: python3.11 is Python, but python-config is not. */
uint32_t runtime_of_file(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t length, i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		length = strlen(known[i].name);
		if (!strncmp(name, known[i].name, length) &&
		    (!name[length] || strchr(known[i].next, name[length])))
			return known[i].runtime;
	}
	return 0;
}

uint32_t module_runtimes(const struct process_modules *modules)
{
	uint32_t runtimes = 0;
	size_t i;

	for (i = 0; i < modules->count; i++)
		runtimes |= runtime_of_file(modules->modules[i].path);
	return runtimes;
}

bool runtime_is_recorder(const char *name)
{
	static const char digits[] = "0123456789";
	const char *slash = strrchr(name, '/'), *at;
	size_t length;

	if (!slash)
		return false;
	if (!strcmp(slash, "/liboutlive.so"))
		return true;
	at = slash + 1;
	length = strspn(at, digits);
	if (!length || at[length] != '.')
		return false;
	at += length + 1;
	length = strspn(at, digits);
	return length && !strcmp(at + length, ".ring");
}
