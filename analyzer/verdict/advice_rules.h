/*
 * verdict/advice_rules.h - what can be done about the blocks of a place, or which rule says that
 * nothing can.
 */
#ifndef OUTLIVE_VERDICT_ADVICE_RULES_H
#define OUTLIVE_VERDICT_ADVICE_RULES_H

#include "verdict/classes.h"
#include "verdict/call_sites.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum advice_kind {
	ADVICE_LOCAL,   /* a local variable, or a buffer of the function's own */
	ADVICE_CALLER,  /* a buffer of the owner, handed down */
	ADVICE_REUSE,   /* keep the block instead of a new one of the same size */
	ADVICE_ARENA,   /* blocks that go all at once, when the owner ends */
	ADVICE_RESERVE, /* the final size at once, or larger steps */
	ADVICE_STATIC,  /* a global */
	ADVICE_KINDS,
};

/* Less than so many blocks may be chance. */
#define ADVICE_BLOCKS_MIN 16

/* The rule that nothing is advised by. Each has its own words. */
enum refusal {
	REFUSE_NOT,
	REFUSE_GOES_ON,
	REFUSE_INFERRED,
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
	REFUSE_OWNERS,
	REFUSE_OWNERS_FIXED,
	REFUSE_SIZES_GROW,
	REFUSE_CROWD_GROWS,
	REFUSE_LARGE,     /* one of them */
	REFUSE_MANY,      /* those of one activation together */
	REFUSE_RECURSION, /* those of all nested activations together */
	REFUSE_FEW_AT_ONCE,
	REFUSE_ONE_BY_ONE,
	REFUSE_LARGE_FOR_ARENA,
	REFUSALS,
};

struct judgement {
	enum advice_kind kind; /* ADVICE_KINDS: none, */
	enum refusal refusal;  /* and why; else REFUSE_NOT */
};

/* What is advised about the classes of the blocks; reserving is judged apart. */
struct judgement place_judge(const struct classes *classes, const struct place *place);

/* The refusal in a few words; nothing of REFUSE_NOT. 0, or -1 when memory is out. */
int judgement_text(struct text *text, enum refusal refusal,
                   const struct life_summary *summary);

/* Every block of one owner: its function, and how far up it always is (0: not always so). */
bool has_single_owner(const struct life_summary *summary);
uint32_t single_level(const struct life_summary *summary);

#endif
