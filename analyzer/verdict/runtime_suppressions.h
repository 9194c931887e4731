/*
 * verdict/runtime_suppressions.h - what the C library, the loader and the runtimes of languages never
 * free, on purpose.
 *
 * A rule is about what a runtime allocates for itself: from the allocator outwards, all frames
 * up to the one that it names are the runtime's. What a function of a runtime makes for its
 * caller, who has to free it (strdup, fopen, newlocale, a std::string that grows), is of no
 * rule. A runtime keeps a few blocks of a kind; where there can be more than that because a
 * program leaks what they belong to, the rule says how many, and holds for none if there are
 * more.
 */
#ifndef OUTLIVE_VERDICT_RUNTIME_SUPPRESSIONS_H
#define OUTLIVE_VERDICT_RUNTIME_SUPPRESSIONS_H

#include <stddef.h>
#include <stdint.h>

enum runtime_reach {
	REACH_FUNCTION, /* one of the functions is among the runtime's frames */
	REACH_PROGRAM,  /* the same, and the module may be the program: an interpreter */
	REACH_INSIDE,   /* so it is, and what allocates is another that it calls */
	REACH_MODULE,   /* whatever code of the module allocates */
	REACH_LOAD,     /* the module's own constructors, and all that they call in it */
};

struct runtime_suppression {
	const char *runtime; /* as people call it */
	enum runtime_reach reach;
	const char *module; /* how the name of the file begins that holds it; "": any */
	const char *const *functions; /* patterns, ended by NULL; of public names */
	uint32_t blocks_max;          /* 0: no matter how many */
	const char *reason;
};

/* The table; *count rules. Of those that are about a block, the first counts. */
const struct runtime_suppression *runtime_suppressions(size_t *count);

#endif
