/* allocator_names.c - functions that allocate for their caller. Layer 1. */
#include "allocator_names.h"

#include "function_names.h"

#include <stddef.h>
#include <string.h>

/* Whole names, up to the parameters or template arguments. */
static const char *const names[] = {
	"operator new",
	"operator new[]",
	"_Znwm",
	"_Znam",
	"malloc",
	"calloc",
	"realloc",
	"reallocarray",
	"memalign",
	"posix_memalign",
	"strdup",
	"strndup",
	"__strdup",
	"__strndup",
	"wcsdup",
	"asprintf",
	"vasprintf",
	"__asprintf",
	"__vasprintf",
	"__vasprintf_internal",
	"xmalloc",
	"xcalloc",
	"xrealloc",
	"xzalloc",
	"xstrdup",
	"xstrndup",
	"xmemdup",
	"xnmalloc",
	"x2nrealloc",
	"xmalloc_failed",
	"xpalloc",
	"ximalloc",
	"xicalloc",
	"g_malloc",
	"g_malloc0",
	"g_malloc_n",
	"g_malloc0_n",
	"g_try_malloc",
	"g_realloc",
	"g_realloc_n",
	"g_strdup",
	"g_strndup",
	"g_memdup",
	"g_memdup2",
	"g_slice_alloc",
	"g_slice_alloc0",
	"PyMem_Malloc",
	"PyMem_Calloc",
	"PyMem_Realloc",
	"PyMem_RawMalloc",
	"PyMem_RawCalloc",
	"PyMem_RawRealloc",
	"PyObject_Malloc",
	"PyObject_Calloc",
	"PyObject_Realloc",
	"_PyMem_RawMalloc",
	"_PyMem_RawCalloc",
	"_PyMem_RawRealloc",
	"_PyObject_Malloc",
	"_PyObject_Calloc",
	"_PyObject_Realloc",
	"sqlite3MemMalloc",
	"sqlite3MemRealloc",
	"mallocWithAlarm",
	"sqlite3Malloc",
	"sqlite3MallocZero",
	"sqlite3Realloc",
	"sqlite3_malloc",
	"sqlite3_malloc64",
	"sqlite3_realloc",
	"sqlite3_realloc64",
	"__rust_alloc",
	"__rust_realloc",
	"__rust_alloc_zeroed",
	"__rdl_alloc",
	"__rdl_realloc",
	"__rdl_alloc_zeroed",
	"alloc::alloc::alloc",
	"alloc::alloc::realloc",
	"alloc::alloc::alloc_zeroed",
	"alloc::alloc::exchange_malloc",
	"alloc::alloc::Global::alloc_impl",
	"x_cgo_malloc",
	"_cgo_malloc",
	"C.CString",
	"C.CBytes",
};

/*
 * Libraries whose containers allocate for whoever uses them. What user code they call
 * lies further in, and is met first.
 */
static const char *const libraries[] = {
	"std::",        "__gnu_cxx::", "boost::container::",
	"alloc::",      "core::",      "<alloc::",
	"<core::",      "<std::",      "hashbrown::",
	"<hashbrown::",
};

bool is_allocator_name(const char *function)
{
	size_t i, bytes;

	function = function_name_start(function);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		bytes = strlen(names[i]);
		if (!strncmp(function, names[i], bytes) &&
		    (!function[bytes] || function[bytes] == '(' || function[bytes] == '@'))
			return true;
	}
	for (i = 0; i < sizeof(libraries) / sizeof(*libraries); i++) {
		if (!strncmp(function, libraries[i], strlen(libraries[i])))
			return true;
	}
	return false;
}

bool is_startup_name(const char *function)
{
	static const char *const starts[] = {
		"_start",
		"__libc_start_main",
		"__libc_start_main_impl",
		"__libc_start_call_main",
		"start_thread",
		"clone",
		"clone3",
		"__clone3",
	};
	size_t i;

	for (i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		if (!strcmp(function, starts[i]))
			return true;
	}
	return false;
}
