/*
 * verdict/suppressed.h - which blocks that were never freed are kept on purpose: by the rules of
 * runtimes (verdict/runtime_suppressions.h), and by those of a file (verdict/suppressions.h).
 */
#ifndef OUTLIVE_VERDICT_SUPPRESSED_H
#define OUTLIVE_VERDICT_SUPPRESSED_H

#include "replay/profile.h"
#include "verdict/runtime_suppressions.h"
#include "verdict/suppressions.h"

#include <stdbool.h>
#include <stdint.h>

#define SUPPRESSED_NOT 0u

/* A rule, and the blocks never freed that it is about. */
struct suppression_use {
	const char *pattern;                       /* of the file's rule, or NULL */
	const struct runtime_suppression *runtime; /* else NULL */
	const char *file;                          /* of the rule; NULL: a runtime's */
	uint32_t line;                             /* of the file */
	uint64_t blocks, bytes;
	bool is_exceeded; /* by more blocks than it allows: it holds for none */
};

struct suppressed {
	struct suppression_use *uses; /* from 1 on: those of files, then the runtimes' */
	uint32_t count;               /* the last of them */
	uint32_t *of_site;            /* by number of the site: the rule; SUPPRESSED_NOT */
};

/*
 * Hold all blocks that are live against the rules; `file` may be NULL. The profile must have
 * its symbols. 0, or -1 when memory is out; release it either way.
 */
int suppressed_make(struct suppressed *suppressed, const struct profile *profile,
                    const struct suppressions *file);
void suppressed_release(struct suppressed *suppressed);

/*
 * The rule that a live block is hidden by: of the stack that it was born on, else of that
 * which gave it to realloc last. SUPPRESSED_NOT: none, or one that is exceeded.
 */
uint32_t suppressed_rule(const struct suppressed *suppressed,
                         const struct profile *profile, const struct block *block);

#endif
