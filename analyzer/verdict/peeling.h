/*
 * verdict/peeling.h - which functions are wrappers: they only allocate for their callers, so
 * that they are never the owner a reader wants. Wrappers are those known by name, those that
 * the user names, and those whose blocks escape them every time, whichever function calls.
 */
#ifndef OUTLIVE_VERDICT_PEELING_H
#define OUTLIVE_VERDICT_PEELING_H

#include "verdict/function_table.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A wrapper is found automatically if it has so many callers that no single one explains why it
 * keeps no block (a parser's make_node() has three or four, an allocator dozens), and so many
 * blocks that keeping none is no chance. And it must do little else: only a few calls in it
 * allocate, it does not recurse, and it never frees what it allocated in an earlier call (that
 * would be a cache). A function that has "alloc" or "dup" in its name needs no more than one
 * caller.
 */
#define PEEL_CALLERS_MIN 8
#define PEEL_BLOCKS_MIN 64
#define PEEL_LINES_MAX 3

/* Part: only an automatic wrapper, or another part of it, calls the function. */
enum peel_reason { PEEL_NOT, PEEL_BUILTIN, PEEL_USER, PEEL_AUTOMATIC, PEEL_PART };

struct peel {
	enum peel_reason reason;
	/* distinct functions; of automatic wrappers only, and 1 for a part */
	uint32_t callers;
	uint64_t blocks; /* allocated through it */
};

struct peeling {
	struct peel *functions; /* by number of the function */
	uint32_t *path_frames;  /* by call path: how many innermost frames are wrappers */
};

/*
 * `wrappers`: `wrapper_count` names or globs of functions that the user named. Returns 0, or -1
 * when memory is out; release it either way.
 */
int peeling_make(struct peeling *peeling, const struct profile *profile,
                 const struct function_table *functions, const char *const *wrappers,
                 size_t wrapper_count);

/* Skip the same functions as `from`, which was made of the same events; 0, or -1 likewise. */
int peeling_take(struct peeling *peeling, const struct profile *profile,
                 const struct function_table *functions, const struct peeling *from);
void peeling_release(struct peeling *peeling);

/* "built in", "--wrapper", "automatic", "part of a wrapper" */
const char *peel_reason_text(enum peel_reason reason);

#endif
