/* elf/demangle.c - C++, Rust and D names, by libiberty. */
#include "elf/demangle.h"

#include "base/array.h"

#include <libiberty/demangle.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MAX 65536 /* a longer one is shown as it is */
#define NAME_BYTES_SHORT 1024

/* A short name can say "twice the last" often enough to fill every memory. */
#define RESULT_BYTES_MAX (1u << 20)

/*
 * libiberty's parser recurses once for a character or less, and takes some 72 bytes of
 * stack for each beforehand: a long name, whoever made it, gets a stack of its own that
 * has 4 KiB for each. Only what is used of it costs memory.
 */
#define STACK_BYTES (NAME_BYTES_MAX * 4096ul)

#define OPTIONS (DMGL_PARAMS | DMGL_ANSI)

struct cpp_name {
	const char *mangled;
	int options;
	char *text; /* NUL-terminated; NULL: none yet */
	size_t bytes, capacity;
	jmp_buf give_up;
};

/* Called by libiberty, which has nothing on the heap: it can be left by a jump. */
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
	/* what is there by now is no name */
	free(name->text);
	name->text = NULL;
	return NULL;
}

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
