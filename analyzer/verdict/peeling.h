/*
 * verdict/peeling.h - which functions only allocate for their callers, so that they are never the
 * owner a reader wants: those known by name, those the user names, and those whose blocks
 * escape them every time, whoever calls.
 */
#ifndef OUTLIVE_VERDICT_PEELING_H
#define OUTLIVE_VERDICT_PEELING_H

#include "verdict/function_table.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Automatic: enough callers that no single one explains why nothing stays (a parser's
 * make_node() has three or four, an allocator dozens), enough blocks that none staying is
 * no chance; and little else to it: few calls in it allocate, it does not recurse, and it
 * never frees what it made in an earlier call (that is a cache).
 */
#define PEEL_CALLERS_MIN 8
#define PEEL_BLOCKS_MIN 64
#define PEEL_LINES_MAX 3

/* Part: an automatic wrapper, or another part of it, is all that calls it. */
enum peel_reason { PEEL_NOT, PEEL_BUILTIN, PEEL_USER, PEEL_AUTOMATIC, PEEL_PART };

struct peel {
	enum peel_reason reason;
	uint32_t callers; /* distinct functions; automatic only, and 1 of a part */
	uint64_t blocks;  /* allocated with it among the peeled frames */
};

struct peeling {
	struct peel *functions; /* by number of the function */
	uint32_t *site_frames;  /* by site: innermost frames that are peeled */
};

/*
 * `wrappers`: names or globs of the user's functions, `wrapper_count` of them. 0, or -1
 * when memory is out; release it either way.
 */
int peeling_make(struct peeling *peeling, const struct profile *profile,
                 const struct function_table *functions, const char *const *wrappers,
                 size_t wrapper_count);
void peeling_release(struct peeling *peeling);

/* "built in", "--wrapper", "automatic", "part of a wrapper" */
const char *peel_reason_text(enum peel_reason reason);

#endif
