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
 * A block that was alive when the recording of a process that was attached to ended, while the
 * process ran on, has no class: its end is unknown.
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

#include "verdict/class_counts.h"
#include "verdict/class_options.h"
#include "verdict/function_table.h"
#include "verdict/peeling.h"
#include "replay/profile.h"
#include "verdict/site_growth.h"
#include "verdict/suppressed.h"

#include <stdbool.h>
#include <stdint.h>

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
/*
 * The same, but with functions and wrappers only: no block is classified, and all counts are 0.
 * It takes a pass over call paths and locations, none over blocks.
 */
struct classes *classes_of_functions(const struct profile *profile,
                                     const struct class_options *options);
void classes_free(struct classes *classes);

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
 * key: what is not known of frames of wrappers and libraries makes no difference to either. If
 * only the owner is open, the counts have the class.
 */
enum frame_proof classes_proof(const struct classes *classes, uint32_t path,
                               enum frame_proof proof, uint32_t key);

/* How the call site of a path grew. */
const struct site_growth *classes_growth(const struct classes *classes, uint32_t path);

/* The innermost frame of the call path that is no wrapper. */
uint32_t classes_path_node(const struct classes *classes, uint32_t path);

#endif
