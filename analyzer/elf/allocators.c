/* elf/allocators.c - recognizes functions that allocate, or free, for their caller. */
#include "elf/allocators.h"

#include "elf/cxx_name.h"
#include "elf/go_name.h"

#include <stddef.h>
#include <string.h>

/*
 * Whole names, which end where parameters, template arguments or a symbol version begin. libc's
 * internal names of the same functions match too: see function_name_public().
 */
static const char *const allocators[] = {
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
	"aligned_alloc",
	"valloc",
	"pvalloc",
	"strdup",
	"strndup",
	"wcsdup",
	"asprintf",
	"vasprintf",
	"realloc_array",
	"g_malloc",
	"g_malloc0",
	"g_malloc_n",
	"g_malloc0_n",
	"g_try_malloc",
	"g_try_malloc0",
	"g_try_malloc_n",
	"g_realloc",
	"g_realloc_n",
	"g_try_realloc",
	"g_strdup",
	"g_strndup",
	"g_strdup_printf",
	"g_strdup_vprintf",
	"g_strconcat",
	"g_memdup",
	"g_memdup2",
	"g_slice_alloc",
	"g_slice_alloc0",
	"g_slice_copy",
	"__rust_alloc",
	"__rust_realloc",
	"__rust_alloc_zeroed",
	"__rdl_alloc",
	"__rdl_realloc",
	"__rdl_alloc_zeroed",
	"x_cgo_malloc",
	"_cgo_malloc",
	"C.CString",
	"C.CBytes",
	/* of widespread programs and libraries */
	"Perl_safesysmalloc",
	"Perl_safesyscalloc",
	"Perl_safesysrealloc",
	"Perl_savepv",
	"Perl_savepvn",
	"PyMem_Malloc",
	"PyMem_Calloc",
	"PyMem_Realloc",
	"PyMem_RawMalloc",
	"PyMem_RawCalloc",
	"PyMem_RawRealloc",
	"_PyMem_RawMalloc",
	"_PyMem_RawCalloc",
	"_PyMem_RawRealloc",
	"_PyMem_RawWcsdup",
	"PyObject_Malloc",
	"PyObject_Calloc",
	"PyObject_Realloc",
	"_PyObject_Malloc",
	"_PyObject_Calloc",
	"_PyObject_Realloc",
	"ruby_xmalloc",
	"ruby_xmalloc2",
	"ruby_xcalloc",
	"ruby_xrealloc",
	"ruby_xrealloc2",
	"ruby_strdup",
	"_emalloc",
	"_ecalloc",
	"_erealloc",
	"__zend_malloc",
	"__zend_calloc",
	"__zend_realloc",
	"luaM_malloc_",
	"luaM_realloc_",
	"luaM_saferealloc_",
	"sqlite3Malloc",
	"sqlite3Realloc",
	"sqlite3_malloc",
	"sqlite3_malloc64",
	"sqlite3_realloc64",
	"CRYPTO_malloc",
	"CRYPTO_zalloc",
	"CRYPTO_realloc",
	"CRYPTO_strdup",
	"CRYPTO_memdup",
	"zmalloc",
	"zcalloc",
	"zrealloc",
	"ztrymalloc",
	"zstrdup",
	"ngx_alloc",
	"ngx_calloc",
	"ngx_memalign",
};

static const char *const deallocators[] = {
	"operator delete", "operator delete[]",
	"_ZdlPv",          "_ZdlPvm",
	"_ZdaPv",          "free",
	"cfree",           "free_sized",
	"xfree",           "g_free",
	"g_slice_free1",   "__rust_dealloc",
	"__rdl_dealloc",   "Perl_safesysfree",
	"PyMem_Free",      "PyMem_RawFree",
	"_PyMem_RawFree",  "PyObject_Free",
	"_PyObject_Free",  "ruby_xfree",
	"_efree",          "luaM_free_",
	"sqlite3_free",    "CRYPTO_free",
	"zfree",
};

/*
 * The containers of this library allocate for whoever uses them, as those of the standard
 * libraries do (library_name.h).
 */
#define CONTAINERS "boost::container::"

/* The text after the prefix; `name` itself if it does not begin with the prefix. */
static const char *behind(const char *name, const char *prefix)
{
	size_t bytes = strlen(prefix);

	return strncmp(name, prefix, bytes) ? name : name + bytes;
}

/*
 * Whether a name ends here: at its parameters, a version, or the suffix of a function's part.
 */
static bool is_name_end(const char *at)
{
	static const char *const parts[] = { ".part.", ".constprop.", ".isra.", ".cold",
		                                 ".lto_priv." };
	size_t i;

	if (!*at || strchr("(@<[", *at))
		return true;
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (behind(at, parts[i]) != at)
			return true;
	}
	return false;
}

/* The same, but also at the suffixes of libc's __vasprintf_chk and __vasprintf_internal. */
static bool is_libc_name_end(const char *at)
{
	return is_name_end(at) || is_name_end(behind(at, "_chk")) ||
	       is_name_end(behind(at, "_internal"));
}

/*
 * Compare the name without its return type, to its end: "malloc" must not match
 * malloc_stats(). A name of libc is also compared in its public form, in which it may have
 * libc's suffixes.
 */
static bool is_on_list(const char *function, const char *const *names, size_t count)
{
	const char *name = function_name_start(function),
			   *libc = function_name_public(name);
	size_t i, bytes;

	for (i = 0; i < count; i++) {
		bytes = strlen(names[i]);
		if (!strncmp(name, names[i], bytes) && is_name_end(name + bytes))
			return true;
		if (libc != name && !strncmp(libc, names[i], bytes) &&
		    is_libc_name_end(libc + bytes))
			return true;
	}
	return false;
}

static bool is_container(const char *function)
{
	const char *name = function_name_start(function);

	return behind(name, CONTAINERS) != name;
}

/* xmalloc, xcalloc, xnmalloc, x2nrealloc, xstrdup, xmemdup, ... */
static bool is_x_allocator(const char *function)
{
	static const char *const ends[] = { "alloc", "strdup", "strndup", "memdup",
		                                "asprintf" };
	size_t i, bytes, length;

	function += strspn(function, "_");
	length = strcspn(function, "(@.");
	for (i = 0; i < sizeof(ends) / sizeof(*ends) && function[0] == 'x'; i++) {
		bytes = strlen(ends[i]);
		if (length > bytes && !strncmp(function + length - bytes, ends[i], bytes))
			return !memchr(function, ':', length);
	}
	return false;
}

bool is_allocator_name(const char *function)
{
	return is_on_list(function, allocators, sizeof(allocators) / sizeof(*allocators)) ||
	       is_x_allocator(function) || is_container(function) ||
	       is_go_plumbing(function);
}

/* Only the last part of the name counts: alloc::vec::push is no such function. */
bool is_allocating_name(const char *function)
{
	static const char *const words[] = { "alloc", "strdup", "strndup", "memdup" };
	static const char nameless[] = "(anonymous namespace)::";
	const char *at;
	char name[128];
	size_t i, length, first;

	function = function_name_start(function);
	/* not the one of a parameter's type */
	while ((at = strstr(function, nameless)) &&
	       at == function + strcspn(function, "(<"))
		function = at + sizeof(nameless) - 1;
	length = strcspn(function, "(<");
	for (first = length; first && function[first - 1] != ':'; first--)
		;
	length -= first;
	if (length >= sizeof(name))
		length = sizeof(name) - 1;
	memcpy(name, function + first, length);
	name[length] = 0;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcasestr(name, words[i]))
			return true;
	}
	return false;
}

bool is_deallocator_name(const char *function)
{
	return is_on_list(function, deallocators,
	                  sizeof(deallocators) / sizeof(*deallocators)) ||
	       is_container(function) || is_go_plumbing(function);
}

/* These are C functions, so a name ends at its NUL or at a symbol version. */
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
		"__clone",
		"__clone3",
		"__clone_internal",
	};
	const char *name = behind(function, "__GI_");
	size_t i, bytes;

	if (is_go_startup(function))
		return true;
	for (i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		bytes = strlen(starts[i]);
		if (!strncmp(name, starts[i], bytes) && (!name[bytes] || name[bytes] == '@'))
			return true;
	}
	return false;
}
