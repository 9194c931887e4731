/*
 * replay/path_lives.h - how the blocks of each call path lived and ended: what their classes,
 * and the advice about them, are based on.
 *
 * A block here is one life: realloc does not end it, and its call path is the one of its first
 * birth. Everything is summed up as blocks end; nothing is kept for a single block.
 */
#ifndef OUTLIVE_REPLAY_PATH_LIVES_H
#define OUTLIVE_REPLAY_PATH_LIVES_H

#include "base/pair_counts.h"
#include "replay/tally.h"
#include "replay/thread_stack.h"

#include <stdbool.h>
#include <stdint.h>

#define AGE_CLASSES 8    /* [i]: below 1 us * 10^i; the last class: all longer ones */
#define FREED_BY_KEPT 12 /* freeing code that is kept apart for a call path */
#define TALLY_UNBOUNDED UINT32_MAX

/*
 * One block may replace another: one call freed the other block and allocated this one. The key
 * of a tally is the call path of the other block, and how many frames of this block's stack had
 * begun since, or had ended when it was freed; more than REPLACED_FRAMES_MAX are not counted.
 */
#define REPLACED_LIVE_MAX 1024 /* only for call paths with so few blocks at once */
#define REPLACED_FRAMES_MAX 7u
#define REPLACED_SITE_BITS 28
#define REPLACED_KEY(path, frames) ((uint32_t)(frames) << REPLACED_SITE_BITS | (path))

/* Sizes that differ by less than a quarter have one key. */
static inline uint32_t final_key(uint64_t size)
{
	uint32_t bits = size < 4 ? 3 : 64 - (uint32_t)__builtin_clzll(size);

	return size < 4 ? (uint32_t)size : bits << 2 | (size >> (bits - 3) & 3);
}

/*
 * When a call path reached a maximum for the first time: how many lives had begun, and the
 * time.
 */
enum { MOMENT_LARGEST, MOMENT_CROWD, MOMENT_OWNED, LIFE_MOMENTS };
struct life_moment {
	uint64_t begun, time; /* quanta */
};

/*
 * What the lives of a call path had in common, and how they followed each other. The size of a
 * life is the largest that its block ever had.
 */
struct life_pattern {
	uint64_t begun, live;
	/* sizes of lives; the least only of those that are over */
	uint64_t largest_min, largest_max;
	uint64_t first_time; /* quanta; of the first life */
	/* when the number of lives last reached a power of two, and the power before that */
	uint64_t doubled_time, doubled_before;
	uint64_t mixed;  /* lives that began after others ended and while others stayed */
	uint64_t asked;  /* bytes that they asked for, all reallocs included */
	uint64_t excess; /* bytes that reallocs asked for before the final size */
	/* reallocs, and bytes, that would not be asked for if blocks grew in larger steps */
	uint64_t spared;
	int64_t spared_bytes;
	struct life_moment
		moments[LIFE_MOMENTS];  /* of largest_max, live_max and owner_most */
	uint32_t live_max;          /* most live at once of one thread */
	uint32_t thread;            /* while !is_shared: the thread of all that are live */
	bool is_shared, was_shared; /* several threads had live blocks at once */
	bool is_thinning;           /* some have ended since none was live */
	/*
	 * The activation that owned the last block that ended: its thread, the number of its
	 * frame, and the event that first saw the return address below it (0: it is the
	 * outermost frame).
	 */
	bool is_tangled; /* blocks of another activation ended in between */
	uint32_t owner_thread, owner_frame;
	uint64_t owner_sequence, owner_dead; /* how many of its blocks have ended */
	/* lives that began, and that ended, while another block of their size was alive */
	uint64_t twins, twins_left;
	uint64_t callocs;     /* lives that calloc began */
	uint64_t outgrown;    /* lives that ended as a larger block replaced theirs */
	uint64_t activations; /* that owned blocks, one after the other */
	uint64_t owner_most;  /* most blocks that one activation owned, in a row */
	/* most that had ended when the same activation got another one */
	uint64_t dead_max;
};

/*
 * The key of a tally by escape depth: the depth; by how much it may be more, if that is not
 * proved (the most that there is room for: any number); and, if it is open, whether the depth
 * is supported only, too, apart from what is open.
 */
#define DEPTH_KEY_BITS 20
#define DEPTH_MORE_MAX 0x7ffu
#define DEPTH_KEY_USUAL 0x80000000u

static inline uint32_t depth_key(uint32_t depth, uint32_t more, bool is_usual)
{
	uint32_t most = (1u << DEPTH_KEY_BITS) - 1;

	return (depth < most ? depth : most) |
	       (more < DEPTH_MORE_MAX ? more : DEPTH_MORE_MAX) << DEPTH_KEY_BITS |
	       (is_usual ? DEPTH_KEY_USUAL : 0);
}

static inline uint32_t depth_key_depth(uint32_t key)
{
	return key & ((1u << DEPTH_KEY_BITS) - 1);
}

/* How many frames had ended at most. */
static inline uint32_t depth_key_most(uint32_t key)
{
	uint32_t more = key >> DEPTH_KEY_BITS & DEPTH_MORE_MAX;

	return more == DEPTH_MORE_MAX ? UINT32_MAX : depth_key_depth(key) + more;
}

/* Most ends touch only its first two cache lines. */
struct path_life {
	uint64_t ended; /* freed by the thread that allocated them, or by another */
	uint64_t age_sum, age_min, age_max; /* quanta */
	uint64_t between_sum; /* allocations of the same thread during these lives */
	/* lives that were their thread's youngest when they were freed */
	uint64_t youngest;
	/*
	 * tallies by escape depth (depth_key), of blocks whose frames are known as enum
	 * frame_proof says
	 */
	uint32_t depths[PROOF_COUNT];
	/* tallies by the machine frames that had ended: where they are exact, and of the others */
	uint32_t machine_depths, machine_inferred;
	uint32_t freed_by;       /* tally by the innermost frames of the free */
	uint32_t frames;         /* of the call path */
	uint32_t machine_frames; /* the same */
	uint64_t vague;          /* see source_stack_vague() */
	/* What called the allocating function is unknown, so whether it has ended is, too. */
	bool is_leaf_cut;
	uint64_t ages[AGE_CLASSES];
	uint64_t crossed_blocks, crossed_bytes;
	/* born in load, freed in exit; not among the ended ones */
	uint64_t static_blocks, static_bytes;
	uint64_t exit_blocks; /* born before exit, freed in it; includes static_blocks */
	uint64_t unknown_blocks, unknown_bytes; /* their end was not seen */
	uint64_t chains, chain_reallocs; /* lives that realloc continued, and its calls */
	uint32_t chain_longest;
	uint32_t sizes; /* tally by size class; 0 while all have one size */
	/* tally by the innermost frames of all reallocs of its lives */
	uint32_t realloced_by;
	/* tally by REPLACED_KEY: the other block was freed first */
	uint32_t replaced_before;
	/* the same: the other block was freed after this one was born */
	uint32_t replaced_after;
	/*
	 * tally by REPLACED_KEY: the other block, which was smaller, was freed right after this one
	 * was born, as containers do that grow by copying
	 */
	uint32_t outgrown;
	/* tally by FINAL_KEY: what became of those that grew, by realloc or by copying */
	uint32_t finals;
	struct life_pattern pattern;
};

struct path_lives {
	struct path_life *paths; /* by number of the call path; [0] is none */
	uint32_t capacity;
	struct tally_pool tally;
	/* live blocks by call path and thread, if several threads have some */
	struct pair_counts shared;
	uint64_t age_limits[AGE_CLASSES - 1]; /* quanta */
	uint8_t age_classes[65]; /* the lowest class of an age with so many bits */
};

/* `quanta_per_us`: of the clock. Returns 0, or -1 when memory is out. */
int path_lives_init(struct path_lives *lives, double quanta_per_us);
void path_lives_release(struct path_lives *lives);

/*
 * Make room for a new call path with so many frames; `vague` as in struct path_life. 0, or -1
 * when memory is out.
 */
int path_lives_add(struct path_lives *lives, uint32_t path, uint32_t frames,
                   uint32_t machine_frames, uint64_t vague, bool is_leaf_cut);

/* A block of the call path is born in a thread. 0, or -1 when memory is out. */
int path_life_begin(struct path_lives *lives, uint32_t path, uint32_t thread,
                    uint64_t size, uint64_t time);

/* A block of the call path has grown to that size. */
void path_life_grow(struct path_lives *lives, uint32_t path, uint64_t size,
                    uint64_t time);

/*
 * A realloc to `size` of a block of the call path, from `last` bytes: count what would be if
 * blocks that have to grow grew by half as much again. The block has room for `room` bytes
 * then. Returns the room that it has after this. A realloc that makes the block smaller stays.
 */
uint64_t path_life_step(struct path_lives *lives, uint32_t path, uint64_t room,
                        uint64_t last, uint64_t size);

/* A life that began in a thread is over. */
/*
 * Call when all lives are known. Blocks that were never freed do not make those that were any more
 * at once: an activation has no more of them than it ever owned.
 */
void path_life_crowd(struct path_life *life);

void path_life_over(struct path_lives *lives, uint32_t path, uint32_t thread);

/*
 * Count what is known of a life in the end, ended or not: its largest size, and the bytes asked
 * for. 0, or -1 when memory is out.
 */
int path_life_close(struct path_lives *lives, uint32_t path, uint64_t largest,
                    uint64_t asked);

/* How a life ended. */
struct life_end {
	uint64_t size;
	uint64_t weight;        /* as how many lives it counts */
	uint64_t age;           /* quanta */
	uint32_t between;       /* allocations of its thread since its birth */
	uint32_t depth;         /* escape depth; not used if crossed */
	uint32_t machine_depth; /* the same, in machine frames */
	enum frame_proof proof; /* the same */
	uint32_t depth_more;    /* by how much the depth may be more, unless it is proved */
	bool is_usual;          /* it is open, and supported only apart from that */
	uint32_t freer;         /* innermost frames that freed it: a node of inner_frames */
	uint32_t reallocs;
	bool has_crossed, was_youngest;
	bool is_at_exit; /* born before the exit phase, freed in it */
	bool is_static;  /* the same, and born in the load phase */
};
/* Returns 0, or -1 when memory is out, like the functions below. */
int path_life_end(struct path_lives *lives, uint32_t path, const struct life_end *end);

/* A life continues: code with those innermost frames passed the block to realloc. */
int path_life_move(struct path_lives *lives, uint32_t path, uint32_t mover,
                   uint64_t size);

/* A block of the call path was outgrown by one of the other path: see `outgrown`. */
int path_life_outgrow(struct path_lives *lives, uint32_t path, uint32_t other,
                      uint32_t frames);

/* A block that grew has its final size. */
int path_life_final(struct path_lives *lives, uint32_t path, uint64_t size);

/* A block replaced another one: see REPLACED_KEY. */
int path_life_replace(struct path_lives *lives, uint32_t path, uint32_t other,
                      uint32_t frames, bool is_before);

/* Count a life of the call path, ended or not, that so many reallocs (> 0) continued. */
void path_life_realloced(struct path_lives *lives, uint32_t path, uint32_t reallocs);

/*
 * Count blocks whose size differs from the one size that all had before. If they are the first
 * such, there were `before` blocks of size `size_before`.
 */
int path_life_size(struct path_lives *lives, uint32_t path, uint64_t blocks,
                   uint64_t size, uint64_t size_before, uint64_t before);

#endif
