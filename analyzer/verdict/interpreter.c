/* verdict/interpreter.c - whether the program runs a script. */
#include "verdict/interpreter.h"

#include <stddef.h>
#include <string.h>

static const struct interpreter interpreters[] = {
	{ "python", "Python's tracemalloc" },
	{ "pypy", "" },
	{ "perl", "" },
	{ "ruby", "Ruby's ObjectSpace.trace_object_allocations" },
	{ "lua", "" },
	{ "luajit", "" },
	{ "php", "" },
	{ "node", "node --heap-prof" },
	{ "tclsh", "" },
	{ "guile", "" },
	{ "jq", "" },
	{ "gawk", "" },
	{ "mawk", "" },
	{ "bash", "" },
	{ "dash", "" },
	{ "zsh", "" },
};

/* "python3.11", "perl5.36.0" and "php8.2" have a version behind their names. */
const struct interpreter *interpreter_find(const char *executable)
{
	const char *slash = strrchr(executable, '/');
	const char *name = slash ? slash + 1 : executable;
	size_t i, length;

	for (i = 0; i < sizeof(interpreters) / sizeof(interpreters[0]); i++) {
		length = strlen(interpreters[i].name);
		if (!strncmp(name, interpreters[i].name, length) &&
		    name[length + strspn(name + length, "0123456789.-")] == 0)
			return &interpreters[i];
	}
	return NULL;
}
