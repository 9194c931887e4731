/*
 * verdict/kept_help.h - what libc's malloc keeps though it is free, which call sites pin it, and
 * what would help.
 */
#ifndef OUTLIVE_VERDICT_KEPT_HELP_H
#define OUTLIVE_VERDICT_KEPT_HELP_H

#include "replay/kept_group.h"
#include "verdict/advice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What would free less than either of these is not shown unasked. */
#define KEPT_BYTES_MIN (UINT64_C(1) << 20)
#define KEPT_SHARE 10 /* one in so many bytes of the heap */

/* The blocks of a call site, and what they pin. */
struct kept_pin {
	uint32_t call_site;
	struct kept_row row;
};

struct kept_help {
	const struct kept *kept; /* borrowed from the profile */
	bool is_large;           /* enough is kept to be worth a line */
	uint64_t free_bytes;     /* kept: in memory, but in no live block */
	uint64_t trim;           /* part of it: what malloc_trim(0) gives back, about */
	/* arenas of threads, and what is kept in them */
	uint64_t arena_count, arena_resident, arena_free;
	/*
	 * What one arena would have saved, about: it would have grown to what lived at once, and
	 * to what live blocks pin, which they would there, too. 0: too little to decide by.
	 */
	uint64_t arena_save;
	/* part of the ends of arenas that a fixed threshold would give back; 0: as above */
	uint64_t ends_save;
	struct kept_pin *pins; /* by bytes pinned; those that pin nothing are left out */
	size_t pin_count;
	struct kept_row uncounted; /* of blocks that filters leave out */
	/* whether a pool for the blocks of pins[0] would free enough to be worth it */
	bool has_pool;
};

/* Why it is not known what is kept; NULL: it is known. */
const char *kept_unknown_text(const struct profile *profile);

/* What is known of a moment; NULL: nothing, or HEAP_LARGEST is HEAP_LAST. */
const struct kept *kept_at(const struct profile *profile, enum heap_moment moment);

/* The moment at which most is kept. kept_unknown_text() must be NULL. */
enum heap_moment kept_worst(const struct profile *profile);

/* 0, or -1 when memory is out; release it either way. There must be a kept_at() the moment. */
int kept_help_make(struct kept_help *help, const struct findings *findings,
                   enum heap_moment moment);
void kept_help_release(struct kept_help *help);

#endif
