/*
 * verdict/saving.h - what a change to a call site would save: calls, bytes and time.
 */
#ifndef OUTLIVE_VERDICT_SAVING_H
#define OUTLIVE_VERDICT_SAVING_H

#include "verdict/advice_rules.h"
#include "verdict/classes.h"
#include "verdict/evidence.h"

#include <stdbool.h>
#include <stdint.h>

struct saving {
	uint64_t calls; /* of malloc and its like; a realloc is one, a free is not */
	uint64_t bytes; /* that they asked for */
	/*
	 * What malloc, free and copying cost where the recording was made, with the cache misses of
	 * their own. Not counted: what the rest of the program wins, as its memory lies closer
	 * together. See saving_has_time().
	 */
	uint64_t ns_least, ns_most;
};

/* All blocks of the call site, with their reallocs, but for `left` of the largest size. */
struct saving saving_of_blocks(const struct classes *classes,
                               const struct life_summary *summary, uint64_t left);

/*
 * What the change to a call site saves. An arena asks for the same bytes, in pieces of
 * SAVING_PIECE_BYTES, but for what stays unused of the last one. Reuse still needs the blocks that
 * are live at once. Reserving saves only the reallocs, or the blocks that a container copied,
 * `copies` of them.
 */
#define SAVING_PIECE_BYTES (UINT64_C(16) << 10)
struct saving saving_of(const struct classes *classes,
                        const struct life_summary *summary, enum advice_kind kind,
                        uint64_t copies);

/* How many blocks it leaves: of one owner at a time, or for each of its activations. */
uint64_t saving_left(const struct life_summary *summary, enum advice_kind kind);

/* The bytes that one activation of the owner needs, on average. */
uint64_t saving_arena_bytes(const struct life_summary *summary);

void saving_add(struct saving *to, const struct saving *from);

/*
 * Whether it is too little to matter: less than one in SAVING_CALLS_MIN of all calls, and of all
 * bytes, and at most one in SAVING_TIME_MIN of the time.
 */
#define SAVING_CALLS_MIN 100
#define SAVING_TIME_MIN 1000
bool saving_is_small(const struct saving *saving, const struct classes *classes);

/*
 * Whether its time can be promised: it may be one in SAVING_TIME_CLEAR of what the process took of
 * the processor, or more. Any change moves the memory of the rest of the program, and that alone
 * makes a run slower or faster by such a part (docs/advice.md). Nor may it be wide.
 */
#define SAVING_TIME_CLEAR 100
/*
 * A range that is wider than one to so many says nothing: a realloc of a large block may extend
 * it, or copy all of it. The widest that was measured and held is 33 (docs/advice.md).
 */
#define SAVING_SPAN_MAX 40
bool saving_is_wide(const struct saving *saving);
bool saving_has_time(const struct saving *saving, const struct classes *classes);

#endif
