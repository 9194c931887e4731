/* demangle.c - C++ and Rust names, by libiberty. Layer 0. */
#include "demangle.h"

#include <libiberty/demangle.h>
#include <stddef.h>
#include <string.h>

#define NAME_BYTES_MAX 65536 /* a longer one is shown as it is */

char *demangle(const char *name)
{
	const int options = DMGL_PARAMS | DMGL_ANSI;
	char *result;

	if (name[0] != '_' || (name[1] != 'Z' && name[1] != 'R' && name[1] != 'G'))
		return NULL;
	if (strnlen(name, NAME_BYTES_MAX) == NAME_BYTES_MAX)
		return NULL;
	result = rust_demangle(name, options);
	return result ? result : cplus_demangle_v3(name, options);
}
