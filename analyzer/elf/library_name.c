/* elf/library_name.c - recognizes functions of the standard libraries of C++ and Rust. */
#include "elf/library_name.h"

#include "elf/cxx_name.h"
#include "elf/demangle.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NESTING_MAX 256    /* of paths in a Rust name */
#define HASH_DIGITS 16     /* after "17h" at the end of an older Rust name */
#define LENGTH_MAX 1000000 /* of one part of a mangled name */

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* Whether the text of `bytes` characters is one of the names. */
static bool is_one_of(const char *const *names, size_t count, const char *text,
                      size_t bytes)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strlen(names[i]) == bytes && !strncmp(names[i], text, bytes))
			return true;
	}
	return false;
}

bool is_library_namespace(const char *name, size_t bytes)
{
	static const char *const namespaces[] = {
		"std",         "__gnu_cxx",      "__cxxabiv1", "__cxxabi",
		"__gnu_debug", "__gnu_parallel", "__gnu_pbds", "__gnu_internal",
		"__gnu_norm",  "__gnu_profile",  "__pstl",
	};

	return is_one_of(namespaces, COUNT_OF(namespaces), name, bytes);
}

/* The crates of a Rust toolchain that every program contains. */
static bool is_library_crate(const char *name, size_t bytes)
{
	static const char *const crates[] = {
		"core",           "alloc",      "std",          "hashbrown",
		"__rustc",        "foldhash",   "panic_unwind", "panic_abort",
		"rustc_demangle", "std_detect", "proc_macro",   "compiler_builtins",
	};

	return is_one_of(crates, COUNT_OF(crates), name, bytes);
}

/* The number that begins at *at, which is moved behind it; 0: there is none. */
static size_t number_take(const char **at)
{
	size_t number = 0;

	while (isdigit((unsigned char)**at) && number < LENGTH_MAX)
		number = number * 10 + (size_t)(*(*at)++ - '0');
	return number;
}

/* ---- C++ ------------------------------------------------------------------------------ */

/* Skip the offsets in the name of a thunk: "h" digits "_", "v" digits "_" digits "_". */
static const char *offset_skip(const char *at)
{
	int numbers = *at == 'v' ? 2 : *at == 'h' ? 1 : 0;

	if (!numbers)
		return NULL;
	at++;
	while (numbers--) {
		at += *at == 'n';
		at += strspn(at, "0123456789");
		if (*at++ != '_')
			return NULL;
	}
	return at;
}

/* The encoding behind "T": of the function that a thunk calls; NULL: it is no thunk. */
static const char *thunk_skip(const char *at)
{
	if (*at != 'c')
		return offset_skip(at);
	at = offset_skip(at + 1);
	return at ? offset_skip(at) : NULL;
}

/*
 * Whether an entity begins in a library's namespace: "St" is std, and "Sa", "Ss" and so on are
 * classes in it. All other abbreviations refer back, so none can come first.
 */
static bool is_library_prefix(const char *at)
{
	size_t bytes;

	if (*at == 'S')
		return at[1] && strchr("tabsiod", at[1]);
	bytes = number_take(&at);
	return bytes && strnlen(at, bytes) == bytes && is_library_namespace(at, bytes);
}

/* What follows "_Z". An entity within a function ("Z") belongs to that function. */
static bool is_library_encoding(const char *at)
{
	static const char *const operators[] = { "nw", "na", "dl", "da" };

	if (at[0] == 'T') {
		at = thunk_skip(at + 1);
		if (!at)
			return false;
	}
	if (is_one_of(operators, COUNT_OF(operators), at, strnlen(at, 2)))
		return true;
	for (;; at++) {
		if (*at == 'N')
			at += 1 + strspn(at + 1, "HrVKRO");
		if (*at != 'Z')
			break;
	}
	return is_library_prefix(at);
}

/* ---- Rust ----------------------------------------------------------------------------- */

/* Skip one type or path of demangled text, up to a character of `ends` outside of brackets. */
static size_t part_bytes(const char *at, const char *end, const char *ends)
{
	const char *start = at;
	size_t depth = 0;

	for (; at < end; at++) {
		if (!depth && strchr(ends, *at))
			break;
		if (strchr("<([{", *at))
			depth++;
		else if (depth && (strchr(")]}", *at) || (*at == '>' && at[-1] != '-')))
			depth--;
	}
	return (size_t)(at - start);
}

/* The crate of a type or trait in [at, end); *bytes is 0 if it has none: T, u32, [T]. */
static const char *crate_of(const char *at, const char *end, size_t *bytes)
{
	static const char *const words[] = { "mut ", "const ", "dyn ", "impl " };
	size_t i, skipped = 1;

	while (at < end && skipped) {
		skipped = strspn(at, "<&*([");
		for (i = 0; i < COUNT_OF(words) && !skipped; i++) {
			if (!strncmp(at, words[i], strlen(words[i])))
				skipped = strlen(words[i]);
		}
		at += skipped;
	}
	*bytes = at < end ? strcspn(at, "<>()[]{}:;,&*. ") : 0;
	if (at + *bytes >= end || strncmp(at + *bytes, "::", 2))
		*bytes = 0;
	return at;
}

/* Where " as " is in [at, end), outside of brackets; NULL: it is not there. */
static const char *as_find(const char *at, const char *end)
{
	while (at < end) {
		at += part_bytes(at, end, " ");
		if (at < end && !strncmp(at, " as ", 4))
			return at;
		at++;
	}
	return NULL;
}

/* The end of "<Type as Trait>", and where " as " is in it, if it is. */
static const char *impl_end(const char *name, const char **as)
{
	const char *end = name + 1 + part_bytes(name + 1, name + strlen(name), ">");

	*as = as_find(name + 1, end);
	return end;
}

/* Whether the trait of "<Type as Trait>::f" is the library's. */
static bool is_library_trait(const char *name)
{
	const char *as, *end = impl_end(name, &as), *crate;
	size_t bytes;

	if (*name != '<' || !as)
		return false;
	crate = crate_of(as + 4, end, &bytes);
	return bytes && is_library_crate(crate, bytes);
}

/*
 * "<Type as Trait>::f" is written where the type or the trait is, and only in a library if
 * neither is of another crate. A type without a crate leaves it to the trait.
 */
static bool is_library_impl(const char *name)
{
	const char *as, *end = impl_end(name, &as), *crate;
	size_t bytes;

	crate = crate_of(name + 1, as ? as : end, &bytes);
	if (bytes && !is_library_crate(crate, bytes))
		return false;
	return as ? is_library_trait(name) : bytes != 0;
}

static bool is_library_rust_text(const char *name)
{
	size_t bytes = strcspn(name, ":<>({[ ");

	if (*name == '<')
		return is_library_impl(name);
	return !strncmp(name + bytes, "::", 2) && is_library_crate(name, bytes);
}

/* Whether the name is of the older form, "_ZN3foo3bar17h0123456789abcdefE". */
static bool is_older_rust(const char *symbol)
{
	const char *at = strstr(symbol, "17h");

	for (; at; at = strstr(at + 1, "17h")) {
		if (strspn(at + 3, "0123456789abcdef") == HASH_DIGITS &&
		    at[3 + HASH_DIGITS] == 'E')
			return !strncmp(symbol, "_ZN", 3);
	}
	return false;
}

/* Ask about the demangled name. Rust's has no return type, so that its text is enough. */
static bool is_library_demangled(const char *symbol,
                                 bool (*is_library)(const char *name))
{
	char *name = demangle(symbol);
	bool result = name && is_library(name);

	free(name);
	return result;
}

/* A number of digits 0-9, a-z, A-Z, which ends with "_": "_" is 0, "0_" is 1. */
static size_t base62_take(const char **at)
{
	size_t number = 0;
	bool has_digits = false;

	/* the number that tells two crates apart fills 64 bits, and may overflow here */
	for (; isalnum((unsigned char)**at); ++*at) {
		number *= 62;
		number += (size_t)(isdigit((unsigned char)**at)   ? **at - '0'
		                   : islower((unsigned char)**at) ? **at - 'a' + 10
		                                                  : **at - 'A' + 36);
		has_digits = true;
	}
	*at += **at == '_';
	return number + has_digits;
}

/* Skip what tells equal names apart: "s" and a number. */
static const char *disambiguator_skip(const char *at)
{
	if (*at == 's') {
		at++;
		base62_take(&at);
	}
	return at;
}

/* Whether this is the name of a library's crate: "5alloc", "u5alloc", "7___rustc". */
static bool is_library_root(const char *at)
{
	size_t bytes;

	at = disambiguator_skip(at);
	at += *at == 'u';
	bytes = number_take(&at);
	at += *at == '_';
	return strnlen(at, bytes) == bytes && is_library_crate(at, bytes);
}

/*
 * What follows "_R": a path, which leads to the crate that the function is written in. For
 * "<Type as Trait>" (M, X) the path of the impl itself comes first. Only for a function that
 * stands in the trait (Y) the type comes before the trait, so the text must do.
 */
static bool is_library_path(const char *symbol)
{
	const char *start = symbol + 2, *at = start;
	size_t steps, back, bytes = strlen(start);

	for (steps = 0; steps < NESTING_MAX; steps++) {
		switch (*at++) {
		case 'N': at += *at != 0; break;
		case 'I': break;
		case 'M':
		case 'X': at = disambiguator_skip(at); break;
		case 'B':
			back = base62_take(&at);
			if (back >= bytes)
				return false;
			at = start + back;
			break;
		case 'C': return is_library_root(at);
		case 'Y': return is_library_demangled(symbol, is_library_trait);
		default: return false;
		}
	}
	return false;
}

/* ---- all ------------------------------------------------------------------------------ */

bool is_library_symbol(const char *symbol)
{
	static const char *const starts[] = { "__cxa_",  "_Unwind_", "__rust_",
		                                  "__rdl_",  "__rg_",    "__rustc",
		                                  "rust_eh", "__gxx_",   "rust_begin_unwind" };
	size_t i;

	for (i = 0; i < COUNT_OF(starts); i++) {
		if (!strncmp(symbol, starts[i], strlen(starts[i])))
			return true;
	}
	if (!strncmp(symbol, "_R", 2))
		return is_library_path(symbol);
	if (strncmp(symbol, "_Z", 2))
		return false;
	if (is_older_rust(symbol))
		return is_library_demangled(symbol, is_library_rust_text);
	return is_library_encoding(symbol + 2);
}

/*
 * A C++ function has parameters, and a Rust function none: the namespaces of a C++ program may
 * have the names of Rust's crates.
 */
bool is_library_text(const char *name)
{
	const char *start = function_name_start(name), *end = start + strlen(start);
	size_t bytes = strcspn(start, ":<>({[ ");

	if (!strncmp(start + bytes, "::", 2) && is_library_namespace(start, bytes))
		return true;
	if (!strncmp(start, "operator new", 12) || !strncmp(start, "operator delete", 15))
		return true;
	if (start != name || (*start != '<' && start[part_bytes(start, end, "(")]))
		return is_library_symbol(name);
	return is_library_rust_text(start) || is_library_symbol(name);
}

bool is_library_source(const char *path)
{
	return strstr(path, "/include/c++/") || strstr(path, "/libstdc++-v3/") ||
	       !strncmp(path, "/rustc/", 7) ||
	       !strncmp(path, "/rust/deps/", 11) || /* what Rust's std is built with */
	       strstr(path, "/lib/rustlib/src/rust/library/");
}

bool is_library_module(const char *path)
{
	static const char *const names[] = { "libstdc++.so", "libc++.so", "libc++abi.so",
		                                 "libgcc_s.so", "libsupc++.so" };
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	size_t i;

	for (i = 0; i < COUNT_OF(names); i++) {
		if (!strncmp(file, names[i], strlen(names[i])))
			return true;
	}
	/* Rust's std as a shared library: libstd-0123456789abcdef.so */
	return !strncmp(file, "libstd-", 7) && strstr(file, ".so");
}
