/*
 * elf/coroutines.h - the C++ functions of a module that are coroutines: a compiler splits each into
 * parts, whose symbols tell.
 */
#ifndef OUTLIVE_ELF_COROUTINES_H
#define OUTLIVE_ELF_COROUTINES_H

#include "elf/symbols.h"

#include <stdbool.h>
#include <stddef.h>

struct coroutine {
	char *name;    /* of the function that was called, mangled */
	char *text;    /* the same as a stack shows it, without brackets; NULL: none */
	bool has_body; /* clang: the coroutine's own code begins in that function */
};

/* Zeroed is empty. */
struct coroutines {
	struct coroutine *items; /* sorted by name */
	size_t count, capacity;
};

/* Find them among the symbols. 0, or -1 when memory is out; release it either way. */
int coroutines_read(struct coroutines *coroutines, const struct elf_symbols *symbols);
void coroutines_release(struct coroutines *coroutines);

/*
 * The coroutine of a mangled name; NULL: that function is none, or is a part of one, which runs
 * later. The name may be that of a debug entry without scopes or parameters: then the coroutine's
 * has to be alike in what it has.
 */
const struct coroutine *coroutines_find(const struct coroutines *coroutines,
                                        const char *name);

#endif
