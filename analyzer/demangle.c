/* demangle.c - C++, Rust and D names, by libiberty. Layer 0. */
#include "demangle.h"

#include <libiberty/demangle.h>
#include <stddef.h>
#include <string.h>

#define NAME_BYTES_MAX 65536 /* a longer one is shown as it is */

char *demangle(const char *name)
{
	const int options = DMGL_PARAMS | DMGL_ANSI;
	char *result;

	if (name[0] != '_' || !name[1] || !strchr("ZRGD", name[1]))
		return NULL;
	if (strnlen(name, NAME_BYTES_MAX) == NAME_BYTES_MAX)
		return NULL;
	if (name[1] == 'D')
		return dlang_demangle(name, options);
	result = rust_demangle(name, options);
	return result ? result : cplus_demangle_v3(name, options);
}
