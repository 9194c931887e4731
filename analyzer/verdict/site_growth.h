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
 * than ever in the first half of main, won them in several eighths of main, and still went on; by
 * the clock, or by the events of the process (a busy machine stretches the time, and a program that
 * waits has no events). Growing, too: what is larger at the end than at half of main, and was
 * larger then than at a quarter, because containers replaced their storage by a larger one: such
 * growth has ever fewer steps, one in the second half if each doubles. Once: none of its live
 * blocks was born in the second half, or nearly all bytes were made in one eighth of main, or
 * hardly a block came after half of it. Grown: those of the first half are still there, and others
 * came, but not until the end. Steady, all others: blocks come and go.
 */
enum live_kind { LIVE_GROWING, LIVE_GROWN, LIVE_STEADY, LIVE_ONCE, LIVE_KINDS };

/* "growing", "grown", "steady", "once" */
const char *live_kind_text(enum live_kind kind);

/* Of its bytes at the end, a growing call site won at least so many after half of main .. */
#define GROWING_PERCENT 10
/* .. and of these, at least so many in the last quarter: where growth slows down it ends. */
#define GROWING_LATE_PERCENT 25
/* What grows by events only won at least so many after the first quarter of the time. */
#define GROWING_TIME_PERCENT 25
/* Of what containers have at the end, and at half of main, the part that each half of the time
 * before it won, at least: their storage grows by half as much again, or doubles. */
#define REPLACED_PERCENT 33
/* .. and the part of its end that such a call site has at a quarter of main already: what comes
 * later, in one go, has less. */
#define REPLACED_EARLY_PERCENT 10
/* Main freed what it had if less than this part of its most bytes, and of what it made itself, is
 * alive at its end; .. */
#define TORN_DOWN_PERCENT 5
/* .. a call site then counts as freed if less than this part of its own is. */
#define FREED_PERCENT 50
/* Of what was alive at half of main, the part that is alive at exit if blocks are not replaced. */
#define STAYED_PERCENT 75
/* Of what is alive at the end, the part that must be made in one eighth of main to be "once". */
#define ONCE_PERCENT 75
/* With fewer blocks a call site shows no trend, unless realloc makes them ever larger. */
#define GROWING_BLOCKS_MIN 4
/* in a sample: that fewer blocks come later than others may be chance */
#define SAMPLED_MIN 8

/* A call site: the blocks of all call paths whose innermost frame, wrappers apart, is there. */
struct site_growth {
	/* by eighths of main, and of the events; most_*: of one call path at once */
	struct growth_curve by_time, by_events;
	uint64_t end_blocks,
		end_bytes; /* at the end, or before main freed them: is_freed */
	uint64_t before_blocks, before_bytes; /* before main freed what it had */
	uint64_t hidden_bytes;                /* of end_bytes: kept on purpose */
	uint64_t late_blocks;              /* live at exit, and born in the second half */
	uint64_t seen_blocks;              /* live at exit; of a sample, each counts once */
	uint64_t born_bytes[GROWTH_STEPS]; /* live at exit, by the eighth that bore them */
	uint64_t last_time;  /* quanta; when the last one live at exit was born */
	uint64_t first_time; /* the first of them */
	bool is_sudden;      /* all of them were born in a sixteenth of main */
	uint64_t moves;      /* reallocs of its blocks */
	uint64_t lives;      /* that began; 0: only a sample of them is known */
	uint64_t outgrown;   /* lives that ended as a larger block replaced theirs */
	uint32_t path;       /* the first call path */
	enum live_kind kind;
	bool is_freed; /* main freed most of it before it returned: see is_torn_down */
	bool
		is_local; /* the same, and the function freed it whose variables it was: no growth */
};

struct site_growths {
	struct site_growth *sites;
	uint32_t count;
	uint32_t *of_path; /* by number of the call path; [0] is unused */
	/*
	 * Main frees most of what is alive before it returns (Python does): the end of call sites
	 * whose blocks it freed is then the peak, if that is in the last eighth of main, or in the
	 * one before it and less is alive at each step since; or else the beginning of the last.
	 */
	bool is_torn_down;
	unsigned end_step;    /* the step with that peak */
	bool has_freed_most;  /* main freed more than half of what was alive */
	bool is_before_freed; /* a growing one is such a call site */
	uint64_t half_time, late_time, end_time; /* quanta; late: the last eighth begins */
};

/*
 * `location_of_path`: by number of the call path, the location of its innermost frame that is no
 * wrapper. 0, or -1 when memory is out; release it either way.
 */
int site_growths_make(struct site_growths *growths, const struct profile *profile,
                      const uint32_t *location_of_path);
/*
 * A call site that main freed is no growth if the functions freed it that made it, or had it made.
 * `local_bytes`: by number of the call site, what they freed.
 */
void site_growths_locals(struct site_growths *growths, const struct profile *profile,
                         const uint64_t *local_bytes);
void site_growths_release(struct site_growths *growths);

/* Whether a call site that is not growing has more alive at the end than at half of main. */
bool site_growths_has_more(const struct site_growths *growths);

/* Bytes by which a call site grew from half of main to the end; 0 if it did not. */
uint64_t site_growth_bytes(const struct site_growth *site);

#endif
