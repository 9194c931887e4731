/*
 * verdict/runtime_suppressions.h - what the C library, the loader and the runtimes of languages
 * never free, on purpose.
 *
 * A rule covers what a runtime allocates for itself: from the allocator outwards, all frames up
 * to the one that the rule names belong to the runtime. No rule covers what a runtime's
 * function allocates for its caller, which has to free it (strdup, fopen, newlocale, a
 * std::string that grows). A runtime keeps a few blocks of each kind. Where a program can leak
 * such blocks by leaking what they belong to, the rule gives a maximum, and does not apply at
 * all when there are more.
 */
#ifndef OUTLIVE_VERDICT_RUNTIME_SUPPRESSIONS_H
#define OUTLIVE_VERDICT_RUNTIME_SUPPRESSIONS_H

#include <stddef.h>
#include <stdint.h>

enum runtime_reach {
	REACH_FUNCTION, /* one of the functions is among the runtime's frames */
	REACH_PROGRAM, /* the same, but the module may be the program itself: an interpreter */
	REACH_INSIDE, /* the same, but another function that the named one calls allocates */
	REACH_MODULE, /* any code of the module allocates */
	REACH_LOAD,   /* the module's own constructors, and what they call in it */
};

struct runtime_suppression {
	const char *runtime; /* its name for people */
	enum runtime_reach reach;
	const char *module; /* the beginning of the module's file name; "": any module */
	const char *const *functions; /* patterns for public names, ended by NULL */
	uint32_t blocks_max;          /* 0: no maximum */
	const char *reason;
};

/* The table, of *count rules. The first rule that matches a block counts. */
const struct runtime_suppression *runtime_suppressions(size_t *count);

#endif
