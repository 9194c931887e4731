/*
 * verdict/suppressed.h - which blocks that were never freed are kept on purpose: by the rules
 * of runtimes (verdict/runtime_suppressions.h) and those of a file (verdict/suppressions.h).
 */
#ifndef OUTLIVE_VERDICT_SUPPRESSED_H
#define OUTLIVE_VERDICT_SUPPRESSED_H

#include "replay/profile.h"
#include "verdict/runtime_suppressions.h"
#include "verdict/suppressions.h"

#include <stdbool.h>
#include <stdint.h>

#define SUPPRESSED_NOT 0u

/* A rule, and how many blocks that were never freed it matches. */
struct suppression_use {
	const char *pattern;                       /* of a file's rule; else NULL */
	const struct runtime_suppression *runtime; /* a runtime's rule; else NULL */
	const char *file; /* the rule's file; NULL: a runtime's rule */
	uint32_t line;    /* in the file */
	uint64_t blocks, bytes;
	bool is_exceeded; /* more blocks match than it allows, so it applies to none */
};

struct suppressed {
	/* from 1 on: the rules of files, then the runtimes' */
	struct suppression_use *uses;
	uint32_t count;    /* number of the last rule */
	uint32_t *of_path; /* by number of the call path: the rule, or SUPPRESSED_NOT */
};

/*
 * Match all live blocks against the rules; `file` may be NULL. The profile must have its
 * symbols. Returns 0, or -1 when memory is out; release it either way.
 */
int suppressed_make(struct suppressed *suppressed, const struct profile *profile,
                    const struct suppressions *file);
void suppressed_release(struct suppressed *suppressed);

/*
 * The rule that hides a live block: the one that matches the stack it was born on, or else the
 * stack of its last realloc. SUPPRESSED_NOT: none matches, or the rule is exceeded.
 */
uint32_t suppressed_rule(const struct suppressed *suppressed,
                         const struct profile *profile, const struct block *block);

#endif
