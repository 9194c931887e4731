/* verdict/class_counts.h - how many blocks, and how many bytes, are in each class (classes.h). */
#ifndef OUTLIVE_VERDICT_CLASS_COUNTS_H
#define OUTLIVE_VERDICT_CLASS_COUNTS_H

#include "verdict/site_growth.h"

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
	struct class_share unknown;    /* their end was not seen */
	struct class_share suppressed; /* never freed, and hidden by a rule */
	/*
	 * Of all blocks: those whose class rests on no inferred frames. `exact_blocks` were
	 * born on a complete stack; `exact_cut_blocks` on a cut one, so their class is exact up
	 * to the gap.
	 */
	uint64_t exact_blocks, exact_cut_blocks;
	/* Of all blocks: those that left C, exactly, while frames of Go code were compared. */
	uint64_t compared_blocks;
	uint64_t cut_blocks;                  /* of all blocks: born on a cut stack */
	uint64_t blocks;                      /* all blocks */
	struct class_share kinds[LIVE_KINDS]; /* of the live ones */
	uint64_t proved,
		supported;       /* blocks whose class the code proves, or the run supports */
	uint64_t owner_open; /* of those that escaped: which function owned them is open */
};

/* The blocks whose end was seen, or that were never freed. */
static inline uint64_t class_counts_known(const struct class_counts *counts)
{
	return counts->blocks - counts->unknown.blocks;
}

void class_share_add(struct class_share *to, const struct class_share *from);
void class_counts_add(struct class_counts *to, const struct class_counts *from);

/* What many blocks are, in one word: a class (enum life_class), or one of these. */
enum verdict {
	VERDICT_SUPPRESSED = CLASS_COUNT, /* hidden by a rule */
	VERDICT_INFERRED,                 /* their frames are not exact */
	VERDICT_OPEN,    /* whether their functions had ended is not known */
	VERDICT_UNKNOWN, /* their end was not seen */
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

#endif
