/*
 * replay/site_lives.h - how the blocks of each site lived and ended: what their classes, and
 * the advice about them, are made from.
 *
 * A block here is one life: realloc does not end it, and its site is that of its first
 * birth. Everything is added up as blocks end; nothing is kept per block.
 */
#ifndef OUTLIVE_REPLAY_SITE_LIVES_H
#define OUTLIVE_REPLAY_SITE_LIVES_H

#include "base/pair_counts.h"
#include "replay/tally.h"

#include <stdbool.h>
#include <stdint.h>

#define AGE_CLASSES 8    /* [i]: below 1 us * 10^i; the last: all the rest */
#define FREED_BY_KEPT 12 /* places of a site that are told apart */
#define TALLY_UNBOUNDED UINT32_MAX

/*
 * A life may have come in the place of another: one call freed that and began this. The key
 * of a tally is the site of that other one, and how many frames of this one's stack had begun
 * since, or had ended when it went; more than REPLACED_FRAMES_MAX are not counted.
 */
#define REPLACED_LIVE_MAX 2 /* only of sites with so few at once */
#define REPLACED_FRAMES_MAX 7u
#define REPLACED_SITE_BITS 28
#define REPLACED_KEY(site, frames) ((uint32_t)(frames) << REPLACED_SITE_BITS | (site))

/* When the last of all that a site had came: how many lives had begun, and the time. */
enum { MARK_LARGEST, MARK_CROWD, LIFE_MARKS };
struct life_mark {
	uint64_t begun, time; /* quanta */
};

/*
 * What lives of a site had in common, and how they followed each other. The size of a
 * life is the largest that its block ever had.
 */
struct life_pattern {
	uint64_t begun, live;
	uint64_t largest_min, largest_max;  /* sizes of lives; the least: of those closed */
	uint64_t first_time;                /* quanta; of the first life */
	uint64_t excess;                    /* bytes asked for by reallocs on the way */
	struct life_mark marks[LIFE_MARKS]; /* of largest_max, and of live_max */
	uint32_t live_max;                  /* most live at once of one thread's */
	uint32_t thread;                    /* while !is_shared: of all that are live */
	bool is_shared, was_shared;         /* lives of several threads at once */
	/*
	 * The activation that the last one to end belonged to: in that thread, the return
	 * address below it was first seen by that event (0: it is the outermost).
	 */
	bool is_tangled; /* another one's lives ended meanwhile */
	uint32_t owner_thread, owner_frame;
	uint64_t owner_sequence, owner_dead; /* and how many of it have ended */
	uint64_t dead_max; /* that had ended when one more began in the same activation */
};

/* The first two lines of it are all that most ends touch. */
struct site_life {
	uint64_t ended; /* by a free of the thread that allocated them, or another's */
	uint64_t age_sum, age_min, age_max; /* quanta */
	uint64_t between_sum; /* allocations of the same thread during these lives */
	uint64_t youngest;    /* that were their thread's youngest when they were freed */
	uint32_t depths;      /* tally by escape depth of those whose frames are exact */
	uint32_t depths_inferred; /* and of the others */
	uint32_t freed_by;        /* tally by call tail */
	uint32_t frames;          /* of the site's stack */
	uint64_t ages[AGE_CLASSES];
	uint64_t crossed_blocks, crossed_bytes;
	uint64_t static_blocks,
		static_bytes;     /* born in load, freed in exit: none of these */
	uint64_t exit_blocks; /* born before exit, freed in it: those, and others */
	uint64_t unknown_blocks, unknown_bytes; /* whose end was not seen */
	uint64_t chains, chain_reallocs;        /* lives of it that realloc went on with */
	uint32_t chain_longest;
	uint32_t sizes;           /* tally by size class; 0 while all have one size */
	uint32_t realloced_by;    /* tally by call tail: all reallocs of its lives */
	uint32_t replaced_before; /* tally by REPLACED_KEY: that was freed first */
	uint32_t replaced_after;  /* the same: that was freed when this one had begun */
	struct life_pattern pattern;
};

struct site_lives {
	struct site_life *sites; /* by number of the site; [0] is none */
	uint32_t capacity;
	struct tally_pool tally;
	struct pair_counts shared; /* live, by site and thread, where several have some */
	uint64_t age_limits[AGE_CLASSES - 1]; /* quanta */
	uint8_t age_classes[65];              /* of ages with so many bits, at least */
};

/* `quanta_per_us`: of the clock. 0, or -1 when memory is out. */
int site_lives_init(struct site_lives *lives, double quanta_per_us);
void site_lives_release(struct site_lives *lives);

/* Make room for a new site with so many frames. 0, or -1 when memory is out. */
int site_lives_add(struct site_lives *lives, uint32_t site, uint32_t frames);

/* A life of the site begins in a thread. 0, or -1 when memory is out. */
int site_life_begin(struct site_lives *lives, uint32_t site, uint32_t thread,
                    uint64_t size, uint64_t time);

/* A life of the site has become so large. */
void site_life_grow(struct site_lives *lives, uint32_t site, uint64_t size,
                    uint64_t time);

/* A life that began in a thread is over. */
void site_life_over(struct site_lives *lives, uint32_t site, uint32_t thread);

/* What is known in the end of a life, over or not: how large it was, what was asked for. */
void site_life_close(struct site_lives *lives, uint32_t site, uint64_t largest,
                     uint64_t asked);

/* How a life ended. */
struct life_end {
	uint64_t size;
	uint64_t age;     /* quanta */
	uint32_t between; /* allocations of its thread since its birth */
	uint32_t depth;   /* escape depth; no matter if crossed */
	uint32_t freer;   /* call tail that freed it */
	uint32_t reallocs;
	bool is_exact, has_crossed, was_youngest;
	bool is_at_exit; /* born before the exit phase, freed in it */
	bool is_static;  /* likewise, and born in the load phase */
};
/* 0, or -1 when memory is out; the others as well. */
int site_life_end(struct site_lives *lives, uint32_t site, const struct life_end *end);

/* One that goes on: the call tail gave it to realloc. */
int site_life_move(struct site_lives *lives, uint32_t site, uint32_t mover,
                   uint64_t size);

/* One that began came in the place of another: see REPLACED_KEY. */
int site_life_replace(struct site_lives *lives, uint32_t site, uint32_t other,
                      uint32_t frames, bool is_before);

/* A life of the site, ended or not, that realloc went on with so often (> 0). */
void site_life_realloced(struct site_lives *lives, uint32_t site, uint32_t reallocs);

/*
 * A block that is not of the one size that all had before; if it is the first such, there
 * were `before` of size `size_before`.
 */
int site_life_size(struct site_lives *lives, uint32_t site, uint64_t size,
                   uint64_t size_before, uint64_t before);

#endif
