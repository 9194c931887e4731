/*
 * verdict/classes.h - the classes of each call path's blocks, from a profile that has its
 * symbols.
 *
 * A block is one life: realloc continues it (replay/path_lives.h). Its class:
 *   stack       freed by its own thread, when no frame but those of wrappers had ended
 *   escaping    freed by its own thread, later than that
 *   crossed     freed by another thread, or by its own after another one reallocated it
 *   static      not freed before the process's exit phase, and either born in its load
 *               phase or the only block of its call site. In a recording without phases:
 *               never freed, and born before main was first on a stack
 *   live        never freed, and not static
 * Blocks that were never freed and that a rule declares kept on purpose (verdict/suppressed.h)
 * have no class, unless all are to be shown.
 *
 * The classes stack and escaping rest on frames. In a recording with exact frames, the blocks
 * whose own machine frames are not exact are counted as `inferred` instead, and all others are
 * exact. Of these, the blocks of which it is not known whether a function inlined into another
 * had ended are counted as `open`. In a plain recording all blocks count in their class, and
 * all are inferred.
 */
#ifndef OUTLIVE_VERDICT_CLASSES_H
#define OUTLIVE_VERDICT_CLASSES_H

#include "verdict/class_options.h"
#include "verdict/function_table.h"
#include "verdict/peeling.h"
#include "replay/profile.h"
#include "verdict/site_growth.h"
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
	uint64_t blocks, bytes; /* bytes: the last size of each block */
};

struct class_counts {
	struct class_share shares[CLASS_COUNT];
	struct class_share inferred;   /* stack or escaping, if plain frames were trusted */
	struct class_share open;       /* the same, if what is most likely were trusted */
	struct class_share unknown;    /* their free was missed */
	struct class_share suppressed; /* never freed, and hidden by a rule */
	/*
	 * Of all blocks: those whose class rests on no inferred frames. `exact_blocks` were
	 * born on a complete stack; `exact_cut_blocks` on a cut one, so their class is exact up
	 * to the gap.
	 */
	uint64_t exact_blocks, exact_cut_blocks;
	uint64_t cut_blocks;                  /* of all blocks: born on a cut stack */
	uint64_t blocks;                      /* all blocks */
	struct class_share kinds[LIVE_KINDS]; /* of the live ones */
	uint64_t proved,
		supported; /* blocks whose class the code proves, or the run supports */
};

struct classes {
	const struct profile *profile;
	struct function_table functions;
	struct peeling peeling;
	struct class_counts *paths; /* by number of the call path; [0] is none */
	struct class_counts all;
	struct suppressed suppressed; /* the rules, and which blocks each is about */
	bool shows_suppressed;        /* nothing is hidden */
	/*
	 * Hidden blocks among those that are live. As in the table of call paths, they are counted
	 * at the call path that allocated them last, not at the one where they were born.
	 */
	uint64_t *hidden_blocks, *hidden_bytes; /* by number of the call path */
	bool has_exact_frames;                  /* return stubs were on */
	/*
	 * quanta; when main() began, or, in a recording without phases, was first on a stack.
	 * UINT64_MAX: never
	 */
	uint64_t main_time;
	struct site_growths growths; /* of call sites, over the run */
};

/*
 * Borrows the profile, which must have its symbols, and the options, which may be NULL. Returns
 * NULL when memory is out.
 */
struct classes *classes_new(const struct profile *profile,
                            const struct class_options *options);
void classes_free(struct classes *classes);

void class_counts_add(struct class_counts *to, const struct class_counts *from);

/* What many blocks are, in one word: a class (enum life_class), or one of these. */
enum verdict {
	VERDICT_SUPPRESSED = CLASS_COUNT, /* hidden by a rule */
	VERDICT_INFERRED,                 /* their frames are not exact */
	VERDICT_OPEN,    /* whether their functions had ended is not known */
	VERDICT_UNKNOWN, /* their free was missed */
	VERDICT_MIXED,
	VERDICT_GROWS, /* its reallocs only continue blocks of other call paths */
	VERDICT_COUNT,
};

/* For people: "stack-like", ..; in JSON: "stack_like", .. */
const char *verdict_text(enum verdict verdict);
const char *verdict_key(enum verdict verdict);

/* The blocks of a class, or those that are suppressed, inferred or unknown. */
const struct class_share *class_counts_share(const struct class_counts *counts,
                                             enum verdict class);

static inline const char *life_class_text(enum life_class class)
{
	return verdict_text((enum verdict) class);
}

static inline const char *life_class_key(enum life_class class)
{
	return verdict_key((enum verdict) class);
}

/* The kind that most of the live bytes are of. */
enum live_kind class_counts_live(const struct class_counts *counts);

/* What is true of VERDICT_PERCENT of a call path's blocks; `allocations` are the path's. */
#define VERDICT_PERCENT 90
enum verdict class_counts_verdict(const struct class_counts *counts,
                                  uint64_t allocations);

/*
 * Of a call path of whose blocks the `depth` inner frames had ended: how many of these are
 * neither wrappers nor functions of a standard library; and the owner, the innermost frame
 * further out that is neither. (The node of the outermost frame if there is none.)
 */
uint32_t classes_depth_left(const struct classes *classes, uint32_t path,
                            uint32_t depth);
uint32_t classes_owner_node(const struct classes *classes, uint32_t path,
                            uint32_t depth);

/*
 * How class and owner of blocks are known that are in the path's tally of `proof` with that
 * key: what is not known of frames of wrappers and libraries makes no difference to either.
 */
enum frame_proof classes_proof(const struct classes *classes, uint32_t path,
                               enum frame_proof proof, uint32_t key);

/* How the call site of a path grew. */
const struct site_growth *classes_growth(const struct classes *classes, uint32_t path);

/* The innermost frame of the call path that is no wrapper. */
uint32_t classes_path_node(const struct classes *classes, uint32_t path);

#endif
