/*
 * verdict/block_history.h - the lives of single blocks, followed through a recording once more:
 * born where, moved where, freed where, on which stacks.
 */
#ifndef OUTLIVE_VERDICT_BLOCK_HISTORY_H
#define OUTLIVE_VERDICT_BLOCK_HISTORY_H

#include "replay/profile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORY_LIVES_MAX 1000 /* of one address; more are only counted */
#define STORY_MOVES_MAX 16   /* reallocs of one life; likewise */

struct story_frame {
	uint32_t location : 31;
	uint32_t is_cut : 1; /* frames are missing outside of it */
};

/* Something that happened to a block. */
struct story_step {
	uint64_t time;             /* quanta */
	uint64_t address, size;    /* after it; a free: of what was freed */
	uint32_t thread;           /* index, of the replay */
	uint8_t op;                /* enum event_op; OP_NONE: the step is missing */
	struct story_frame *stack; /* outermost first */
	uint32_t frames;
};

struct story_life {
	uint64_t number; /* of its allocation among all, from 1 */
	struct story_step birth, end;
	struct story_step moves[STORY_MOVES_MAX];
	uint64_t move_count;
	uint32_t moving;   /* number of the thread whose realloc has it, from 1; 0: none */
	uint32_t kept;     /* end: frames of the birth's stack that had stood since */
	uint64_t sequence; /* of the birth among its thread's events */
	bool is_exact;     /* end: `kept` is */
	bool has_crossed;  /* freed, or given to realloc, by another thread than before */
	bool is_missed;    /* something else was born there: its free was missed */
	bool is_unborn;    /* a realloc brought it here; what it was before was not seen */
};

struct block_story {
	struct story_life *lives;
	size_t count, capacity;
	uint64_t left_out;       /* lives beyond STORY_LIVES_MAX */
	uint64_t realloc_number; /* what was asked for is this realloc of the life; or 0 */
	const struct profile *profile;
};

/*
 * Read the profile's process again. Follow every block that was ever at `address`, or, if
 * that is 0, the one of the `number`th allocation; from its first birth, wherever reallocs
 * have moved it since. Thread indices and locations are those of the profile. 0, or -1
 * when memory is out; release it either way.
 */
int block_story_read(struct block_story *story, struct trace_reader *reader,
                     const struct profile *profile, uint64_t address, uint64_t number);
void block_story_release(struct block_story *story);

#endif
