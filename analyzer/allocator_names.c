/* allocator_names.c - functions that allocate for their caller. Layer 0. */
#include "allocator_names.h"

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

/* Beginnings: templates whose arguments come in the middle of the name. */
static const char *const beginnings[] = {
	"std::allocator<",
	"std::__new_allocator<",
	"__gnu_cxx::new_allocator<",
	"std::allocator_traits<",
	"std::_Vector_base<",
	"std::_Deque_base<",
	"std::__allocate_guarded<",
	"std::__cxx11::basic_string<",
	"std::__shared_count<",
	"alloc::raw_vec::",
	"<alloc::alloc::Global as ",
	"<std::alloc::System as ",
	"std::sys::alloc::",
	"std::sys::pal::unix::alloc::",
	"std::__detail::_Hashtable_alloc<",
	"std::_Rb_tree<",
};

/* Of those, only the functions that hand memory out. */
static const char *const containers[] = {
	"std::_Vector_base<",
	"std::_Deque_base<",
	"std::__cxx11::basic_string<",
	"std::_Rb_tree<",
};
static const char *const container_parts[] = {
	"::_M_allocate(", "::_M_create(",     "::_M_allocate_map(",
	"::_M_get_node(", "::_M_create_node",
};

static bool begins_with(const char *text, const char *beginning)
{
	return !strncmp(text, beginning, strlen(beginning));
}

static bool is_container_allocation(const char *function)
{
	size_t i;

	for (i = 0; i < sizeof(container_parts) / sizeof(*container_parts); i++) {
		if (strstr(function, container_parts[i]))
			return true;
	}
	return false;
}

bool is_allocator_name(const char *function)
{
	size_t i, bytes;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		bytes = strlen(names[i]);
		if (!strncmp(function, names[i], bytes) &&
		    (!function[bytes] || function[bytes] == '(' || function[bytes] == '@'))
			return true;
	}
	for (i = 0; i < sizeof(containers) / sizeof(*containers); i++) {
		if (begins_with(function, containers[i]))
			return is_container_allocation(function);
	}
	for (i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++) {
		if (begins_with(function, beginnings[i]))
			return true;
	}
	return false;
}
