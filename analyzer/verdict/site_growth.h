/*
 * verdict/site_growth.h - whether the blocks of a call site become ever more, by how many of its
 * bytes were alive over the time of main.
 */
#ifndef OUTLIVE_VERDICT_SITE_GROWTH_H
#define OUTLIVE_VERDICT_SITE_GROWTH_H

#include "replay/profile.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How never-freed blocks came to be. Growing: their call site had more bytes alive at the end
 * than ever in the first half of main, won them in several eighths of main, and still went on.
 * Once: none of its live blocks was born in the second half, or nearly all were born in one
 * eighth of it. Steady, all others: blocks come and go.
 */
enum live_kind { LIVE_GROWING, LIVE_STEADY, LIVE_ONCE, LIVE_KINDS };

/* "growing", "steady", "once" */
const char *live_kind_text(enum live_kind kind);

/* Of its bytes at the end, a growing call site won at least so many after half of main .. */
#define GROWING_PERCENT 10
/* .. and of these, at least so many in the last quarter: where growth slows down it ends. */
#define GROWING_LATE_PERCENT 25
/* Of what is alive at the end, the part that must be made in one eighth of main to be "once". */
#define ONCE_PERCENT 75
/* With fewer blocks a call site shows no trend, unless realloc makes them ever larger. */
#define GROWING_BLOCKS_MIN 4

/* A call site: the blocks of all call paths whose innermost frame, wrappers apart, is there. */
struct site_growth {
	uint64_t bytes[GROWTH_STEPS];     /* alive at the end of each eighth of main */
	uint64_t half_blocks, end_blocks; /* alive at half of main, and at the end */
	uint64_t end_bytes;    /* at the end, or before the program freed what it had */
	uint64_t hidden_bytes; /* of these: kept on purpose */
	uint64_t late_blocks;  /* live at exit, and born in the second half */
	uint64_t most_half, most_late; /* of one call path at once, until then */
	uint64_t moves;                /* reallocs of its blocks */
	uint32_t path;                 /* the first call path */
	enum live_kind kind;
};

struct site_growths {
	struct site_growth *sites;
	uint32_t count;
	uint32_t *of_path; /* by number of the call path; [0] is unused */
	/*
	 * Main frees most of what is alive before it returns (Python does): the end is then the
	 * peak, if that is in the last eighth of main, or else the beginning of that.
	 */
	bool is_torn_down;
	uint64_t half_time, end_time; /* quanta */
};

/*
 * `location_of_path`: by number of the call path, the location of its innermost frame that is no
 * wrapper. 0, or -1 when memory is out; release it either way.
 */
int site_growths_make(struct site_growths *growths, const struct profile *profile,
                      const uint32_t *location_of_path);
void site_growths_release(struct site_growths *growths);

/* Bytes by which a call site grew from half of main to the end; 0 if it did not. */
uint64_t site_growth_bytes(const struct site_growth *site);

#endif
