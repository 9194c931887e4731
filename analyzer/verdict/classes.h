/*
 * verdict/classes.h - what class the blocks of each site are of, from a profile that has its
 * symbols.
 *
 * A block is one life: realloc goes on with it (replay/site_lives.h). Its class:
 *   stack       freed by its thread, no frame but peeled wrappers had ended before
 *   escaping    freed by its thread, later than that
 *   crossed     freed by another thread, or by one given to realloc before its free
 *   static      not freed before the process's exit phase, and born in its load phase, or
 *               the only block of its allocating call. A recording that does not tell
 *               phases: never freed, and born before main was on a stack, or so
 *   live        never freed otherwise
 * Never freed are also those that a rule says are kept on purpose (verdict/suppressed.h): they
 * are of no class, unless all are to be shown.
 * Stack and escaping rest on frames. In a recording with exact frames the blocks whose
 * own are not exact are counted as `inferred` instead, and the others are exact; in a
 * plain one all of them count, and everything is inferred.
 */
#ifndef OUTLIVE_VERDICT_CLASSES_H
#define OUTLIVE_VERDICT_CLASSES_H

#include "verdict/class_options.h"
#include "verdict/function_table.h"
#include "verdict/peeling.h"
#include "replay/profile.h"
#include "verdict/suppressed.h"

#include <stdbool.h>
#include <stdint.h>

enum life_class {
	CLASS_STACK,
	CLASS_ESCAPING,
	CLASS_CROSSED,
	CLASS_STATIC,
	CLASS_LIVE,
	CLASS_COUNT,
};

struct class_share {
	uint64_t blocks, bytes; /* as large as they were last */
};

struct class_counts {
	struct class_share shares[CLASS_COUNT];
	struct class_share inferred;   /* stack or escaping, if one believes plain frames */
	struct class_share unknown;    /* their free was missed */
	struct class_share suppressed; /* never freed, and hidden */
	/*
	 * Of all: their class rests on no inferred frames, and the stack they were born on is
	 * whole; or it is cut, and the class is exact as far as it goes.
	 */
	uint64_t exact_blocks, exact_cut_blocks;
	uint64_t cut_blocks; /* of all: that stack is cut */
	uint64_t blocks;     /* all */
};

struct classes {
	const struct profile *profile;
	struct function_table functions;
	struct peeling peeling;
	struct class_counts *sites; /* by number of the site; [0] is none */
	struct class_counts all;
	struct suppressed suppressed; /* the rules, and what they are about */
	bool shows_suppressed;        /* nothing is hidden */
	/*
	 * What is hidden of the live blocks of a site: of those that it allocated last, as the
	 * site table has them, not of those born there.
	 */
	uint64_t *hidden_blocks, *hidden_bytes; /* by number of the site */
	bool has_exact_frames;                  /* return stubs were on */
	uint64_t main_time; /* quanta; when main() began, or, in a recording that does not
	                          tell phases, was first seen. UINT64_MAX: never */
};

/*
 * The profile and the options are borrowed; it must have its symbols, and they may be NULL.
 * NULL when memory is out.
 */
struct classes *classes_new(const struct profile *profile,
                            const struct class_options *options);
void classes_free(struct classes *classes);

void class_counts_add(struct class_counts *to, const struct class_counts *from);

/*
 * What can be said of many blocks in one word: a class, as enum life_class has it, or one of
 * the others below.
 */
enum verdict {
	VERDICT_SUPPRESSED = CLASS_COUNT, /* hidden */
	VERDICT_INFERRED,                 /* their frames are not exact */
	VERDICT_UNKNOWN,                  /* their end was not seen */
	VERDICT_MIXED,
	VERDICT_GROWS, /* allocations that only go on with blocks of other sites */
	VERDICT_COUNT,
};

/* For people: "stack-like", ..; as JSON has it: "stack_like", .. */
const char *verdict_text(enum verdict verdict);
const char *verdict_key(enum verdict verdict);

static inline const char *life_class_text(enum life_class class)
{
	return verdict_text((enum verdict) class);
}

static inline const char *life_class_key(enum life_class class)
{
	return verdict_key((enum verdict) class);
}

/* What is true of VERDICT_PERCENT of a site's blocks; `allocations` are those of the site. */
#define VERDICT_PERCENT 90
enum verdict class_counts_verdict(const struct class_counts *counts,
                                  uint64_t allocations);

/* The site's frame that is innermost once the wrappers are peeled off. */
uint32_t classes_site_node(const struct classes *classes, uint32_t site);

#endif
