/*
 * verdict/advice_rules.h - what can be done about the blocks of a call site, or which rule says
 * that nothing can.
 */
#ifndef OUTLIVE_VERDICT_ADVICE_RULES_H
#define OUTLIVE_VERDICT_ADVICE_RULES_H

#include "verdict/classes.h"
#include "verdict/call_sites.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum advice_kind {
	ADVICE_LOCAL,   /* a local variable, or a buffer that the function keeps */
	ADVICE_CALLER,  /* a buffer of the owner, passed down to the function */
	ADVICE_REUSE,   /* keep the old block instead of allocating another one */
	ADVICE_ARENA,   /* blocks that are all freed when the owner ends */
	ADVICE_RESERVE, /* allocate the final size at once, or grow in larger steps */
	ADVICE_STATIC,  /* a global variable */
	ADVICE_MOVE,    /* no copy: a reference, or a move */
	ADVICE_KEEP,    /* one buffer that stays between calls, or outside of a loop */
	ADVICE_KINDS,
};

/* What fewer blocks than this have in common may be chance. */
#define ADVICE_BLOCKS_MIN 16

/* stack bytes for all activations together */
#define ADVICE_LOCAL_BYTES_MAX 4096
/* a block up to this size is small enough for an arena */
#define ADVICE_ARENA_SIZE_MAX 1024
/* size of all globals for one call site */
#define ADVICE_STATIC_BYTES_MAX 65536

/* The rule that prevents advice. refusal_text() has a sentence for each. */
enum refusal {
	REFUSE_NOT,
	REFUSE_SAMPLED, /* only a sample of the blocks was recorded */
	REFUSE_GOES_ON,
	REFUSE_INFERRED,
	REFUSE_OPEN,      /* inlined functions may have ended */
	REFUSE_SUPPORTED, /* that they have not rests on what is usual */
	REFUSE_UNKNOWN,
	REFUSE_CLASSES,
	REFUSE_CROSSED,
	REFUSE_LIVE,
	REFUSE_SUPPRESSED,
	REFUSE_UNFINISHED,
	REFUSE_FEW,
	REFUSE_FEW_GLOBALS,
	REFUSE_SIZES_DIFFER,
	REFUSE_LARGE_FOR_GLOBALS,
	REFUSE_FIXED,
	REFUSE_MADE_ELSEWHERE,
	REFUSE_MOVED_ELSEWHERE,
	REFUSE_FREED_ELSEWHERE,
	REFUSE_MOVED_ANYWHERE, /* by more call paths than are counted apart */
	REFUSE_FREED_ANYWHERE,
	REFUSE_THROWN,    /* the runtime of C++ allocates what is thrown */
	REFUSE_CONTAINER, /* containers of a library allocate them, when they need to */
	REFUSE_COROUTINE, /* the compiler allocates the frames of coroutines */
	REFUSE_STREAM,    /* such a container, which has no way to reserve */
	REFUSE_OWNERS,
	REFUSE_OWNERS_FIXED,
	REFUSE_OWNERS_EXIT, /* freed at exit */
	REFUSE_LIBRARIES,   /* several libraries of the system would have to change */
	REFUSE_SIZES_GROW,
	REFUSE_CROWD_GROWS,
	REFUSE_LARGE,        /* a single block is too large */
	REFUSE_MANY,         /* the blocks of one activation together are */
	REFUSE_MANY_AT_ONCE, /* more than local variables would be written for */
	REFUSE_RECURSION,    /* the blocks of all nested activations together are */
	REFUSE_FEW_AT_ONCE,
	REFUSE_ONE_BY_ONE, /* most are made while others of them end */
	REFUSE_MIXED,      /* some are, or may be */
	REFUSE_BATCHES,    /* none is: all end before the next one is made */
	REFUSE_LARGE_FOR_ARENA,
	REFUSALS,
};

struct advice_result {
	enum advice_kind kind; /* ADVICE_KINDS: no advice, */
	enum refusal refusal;  /* and this is why; else REFUSE_NOT */
};

/*
 * Stack-like blocks are of three kinds. Local: few are alive at once in one activation of their
 * function, small enough for a stack, and nothing shows that their sizes or their number grow:
 * they could be local variables. Contained: what containers of a standard library allocate when
 * they need to. Scoped, the others: an arena or one buffer of that function may do.
 */
#define LOCAL_AT_ONCE_MAX 16
struct kind_split {
	struct class_share local, contained, scoped;
	struct class_share live[LIVE_KINDS]; /* of the blocks that were never freed */
	/* of those that crossed: what Go's runtime hands to a thread that it starts */
	struct class_share go_runtime;
};

/*
 * Add the blocks of `counts`, which are of all or some call paths of a call site; the sorted
 * summary of the whole call site decides.
 */
void kind_split_add(struct kind_split *split, const struct classes *classes,
                    const struct call_site *call_site,
                    const struct class_counts *counts);

/*
 * How many blocks of the call site a container allocated only to copy what it had into a larger
 * one, and then free the one before. 0: it is not known to grow so, or too seldom to matter.
 */
uint64_t call_site_copies(const struct classes *classes,
                          const struct call_site *call_site);

/* Whether all blocks whose end is known are of the class; without any, they are of none. */
bool advice_is_all(const struct life_summary *summary, enum life_class class);

/* The most memory that a local variable, or a buffer of the caller, may take. */
uint64_t advice_room(const struct life_summary *summary);

/* What the classes of the blocks suggest. Reserving space is decided separately. */
struct advice_result call_site_advice(const struct classes *classes,
                                      const struct call_site *call_site);

/*
 * Print the reason in a few words; REFUSE_NOT prints nothing. `thread`: see thread_table_kind(). 0,
 * or -1 when memory is out.
 */
int refusal_text(struct text *text, enum refusal refusal,
                 const struct life_summary *summary, const char *thread);

#endif
