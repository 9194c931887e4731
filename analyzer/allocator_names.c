/* allocator_names.c - functions that allocate, or free, for their caller. Layer 0. */
#include "allocator_names.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* Whole names, up to the parameters, template arguments or symbol version. */
static const char *const allocators[] = {
	"operator new", "operator new[]", "_Znwm", "_Znam",
	"malloc", "calloc", "realloc", "reallocarray", "memalign", "posix_memalign",
	"aligned_alloc", "valloc", "pvalloc",
	"strdup", "strndup", "__strdup", "__strndup", "wcsdup",
	"asprintf", "vasprintf", "__asprintf", "__vasprintf", "__vasprintf_internal",
	"realloc_array", "g_malloc", "g_malloc0", "g_malloc_n", "g_malloc0_n",
	"g_try_malloc", "g_try_malloc0", "g_try_malloc_n", "g_realloc", "g_realloc_n",
	"g_try_realloc", "g_strdup", "g_strndup", "g_strdup_printf", "g_strdup_vprintf",
	"g_strconcat", "g_memdup", "g_memdup2", "g_slice_alloc", "g_slice_alloc0",
	"g_slice_copy",
	"__rust_alloc", "__rust_realloc", "__rust_alloc_zeroed", "__rdl_alloc",
	"__rdl_realloc", "__rdl_alloc_zeroed",
	"x_cgo_malloc", "_cgo_malloc", "C.CString", "C.CBytes",
};

static const char *const deallocators[] = {
	"operator delete", "operator delete[]", "_ZdlPv", "_ZdlPvm", "_ZdaPv",
	"free", "cfree", "free_sized", "xfree", "g_free", "g_slice_free1",
	"__rust_dealloc", "__rdl_dealloc",
};

/* Libraries whose functions hand their blocks on, by the scope of a qualified name. */
static const char *const scopes[] = {
	"std::", "__gnu_cxx::", "alloc::alloc::", "alloc::raw_vec::", "alloc::vec::",
	"alloc::string::", "alloc::boxed::", "alloc::rc::", "alloc::sync::",
	"alloc::slice::", "alloc::str::", "alloc::collections::", "alloc::fmt::",
	"alloc::borrow::", "<alloc::", "<std::", "<core::", "core::", "hashbrown::",
	"<hashbrown::",
};

static bool is_on_list(const char *function, const char *const *names, size_t count)
{
	size_t i, bytes;

	for (i = 0; i < count; i++) {
		bytes = strlen(names[i]);
		if (!strncmp(function, names[i], bytes) &&
		    (!function[bytes] || strchr("(@<[", function[bytes])))
			return true;
	}
	return false;
}

static const char anonymous[] = "(anonymous namespace)";

/*
 * Where the qualified name begins: demangled templates have their return type in front.
 * A space outside of all brackets ends it; the parameters, or "operator", end the search.
 */
static const char *qualified_name(const char *function)
{
	const char *name = function, *at;
	int depth = 0;

	for (at = function; *at; at++) {
		if (!depth && !strncmp(at, "operator", 8) && (at == name || at[-1] == ':'))
			break;
		if (!strncmp(at, anonymous, sizeof(anonymous) - 1)) {
			at += sizeof(anonymous) - 2;
			continue;
		}
		if (!depth && *at == '(')
			break;
		if (*at == '<' || *at == '(')
			depth++;
		else if (*at == ')' || (*at == '>' && at > function && at[-1] != '-'))
			depth--;
		else if (*at == ' ' && !depth && at[1] != '[')
			name = at + 1;
	}
	return name;
}

static bool is_in_scope(const char *function)
{
	const char *name = qualified_name(function);
	size_t i;

	for (i = 0; i < sizeof(scopes) / sizeof(*scopes); i++) {
		if (!strncmp(name, scopes[i], strlen(scopes[i])))
			return true;
	}
	return false;
}

/* xmalloc, xcalloc, xrealloc_nofail, xstrdup, xmemdup0, ... */
static bool is_x_allocator(const char *function)
{
	size_t bytes;

	if (function[0] != 'x')
		return false;
	for (bytes = 1; islower((unsigned char)function[bytes]) ||
	                isdigit((unsigned char)function[bytes]) || function[bytes] == '_';)
		bytes++;
	if (function[bytes] && !strchr("(@", function[bytes]))
		return false;
	return memmem(function, bytes, "alloc", 5) || memmem(function, bytes, "strdup", 6) ||
	       memmem(function, bytes, "strndup", 7) || memmem(function, bytes, "memdup", 6);
}

bool is_allocator_name(const char *function)
{
	return is_on_list(function, allocators, sizeof(allocators) / sizeof(*allocators)) ||
	       is_x_allocator(function) || is_in_scope(function);
}

bool is_deallocator_name(const char *function)
{
	return is_on_list(function, deallocators,
	                  sizeof(deallocators) / sizeof(*deallocators)) ||
	       is_in_scope(function);
}
