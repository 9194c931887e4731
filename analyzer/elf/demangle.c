/* elf/demangle.c - demangles C++, Rust and D names with libiberty. */
#include "elf/demangle.h"

#include "base/array.h"

#include <libiberty/demangle.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MAX 65536 /* longer names stay mangled */
#define NAME_BYTES_SHORT 1024

/* A short name can repeat "twice the previous part" until it fills all memory. */
#define RESULT_BYTES_MAX (1u << 20)

/*
 * libiberty's parser recurses up to once for each character, and reserves about 72 bytes of
 * stack for each beforehand. A name may be long and hostile, so a long one is parsed on a stack
 * of its own with 4 KiB for each character. Only the pages that are used cost memory.
 */
#define STACK_BYTES (NAME_BYTES_MAX * 4096ul)

#define OPTIONS (DMGL_PARAMS | DMGL_ANSI)

struct cpp_name {
	const char *mangled;
	int options;
	char *text; /* NUL-terminated; NULL: empty so far */
	size_t bytes, capacity;
	jmp_buf give_up;
};

/* Called by libiberty, which owns no heap memory at this point: so longjmp() leaks nothing. */
static void cpp_name_add(const char *part, size_t bytes, void *context)
{
	struct cpp_name *name = context;
	size_t needed = name->bytes + bytes + 1;

	if (needed > RESULT_BYTES_MAX || array_reserve(name->text, name->capacity, needed))
		longjmp(name->give_up, 1);
	memcpy(name->text + name->bytes, part, bytes);
	name->bytes += bytes;
	name->text[name->bytes] = 0;
}

static void *cpp_name_make(void *context)
{
	struct cpp_name *name = context;

	if (!setjmp(name->give_up) &&
	    cplus_demangle_v3_callback(name->mangled, name->options, cpp_name_add, name))
		return NULL;
	/* It failed: what was written so far is not a name. */
	free(name->text);
	name->text = NULL;
	return NULL;
}

/* If no thread can be created, name->text stays NULL and the name is shown mangled. */
static void cpp_name_make_apart(struct cpp_name *name)
{
	pthread_attr_t attributes;
	pthread_t thread;

	if (pthread_attr_init(&attributes))
		return;
	if (!pthread_attr_setstacksize(&attributes, STACK_BYTES) &&
	    !pthread_create(&thread, &attributes, cpp_name_make, name))
		pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
}

/*
 * A short name fits on any stack, and libiberty's own limit of the recursion suffices. For a
 * long one the limit is lifted, since the stack there is large enough for every name.
 */
static char *cpp_demangle(const char *mangled)
{
	struct cpp_name name = { .mangled = mangled, .options = OPTIONS };

	if (strlen(mangled) < NAME_BYTES_SHORT) {
		cpp_name_make(&name);
	} else {
		name.options |= DMGL_NO_RECURSE_LIMIT;
		cpp_name_make_apart(&name);
	}
	return name.text;
}

/*
 * Try Rust before C++: Rust's older names are also valid C++ names, with a hash as last part.
 */
char *demangle(const char *name)
{
	char *result;

	if (name[0] != '_' || !name[1] || !strchr("ZRGD", name[1]))
		return NULL;
	if (strnlen(name, NAME_BYTES_MAX) == NAME_BYTES_MAX)
		return NULL;
	if (name[1] == 'D')
		return dlang_demangle(name, OPTIONS);
	result = rust_demangle(name, OPTIONS);
	return result ? result : cpp_demangle(name);
}

/* The older names end with "17h", 16 hexadecimal digits and "E". */
#define HASH_BYTES 20

bool demangle_drops_hash(const char *name)
{
	size_t bytes = strnlen(name, NAME_BYTES_MAX);
	const char *hash = name + bytes - HASH_BYTES;

	if (!strncmp(name, "_R", 2))
		return true;
	return bytes > HASH_BYTES && bytes < NAME_BYTES_MAX && !strncmp(name, "_ZN", 3) &&
	       !strncmp(hash, "17h", 3) && strspn(hash + 3, "0123456789abcdef") == 16 &&
	       hash[HASH_BYTES - 1] == 'E';
}
