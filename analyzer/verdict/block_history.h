/*
 * verdict/block_history.h - the histories of single blocks, followed through a second reading
 * of the recording: where each was born, moved and freed, with the stacks.
 */
#ifndef OUTLIVE_VERDICT_BLOCK_HISTORY_H
#define OUTLIVE_VERDICT_BLOCK_HISTORY_H

#include "replay/profile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORY_LIVES_MAX 1000 /* lives kept of one address; more are only counted */
#define STORY_MOVES_MAX 16   /* reallocs kept of one life; more are only counted */

struct history_frame {
	uint32_t location : 31;
	uint32_t is_cut : 1; /* frames are missing between this one and its caller */
};

/* One event of a block: its birth, a realloc or its free. */
struct history_step {
	uint64_t time;          /* quanta */
	uint64_t address, size; /* after the event; a free: of the block that was freed */
	uint32_t thread;        /* index in the replay */
	uint8_t op;             /* enum event_op; OP_NONE: the step is missing */
	struct history_frame *stack; /* outermost first */
	uint32_t frames;
};

struct history_life {
	uint64_t number; /* of its allocation, counted over the process, from 1 */
	struct history_step birth, end;
	struct history_step moves[STORY_MOVES_MAX];
	uint64_t move_count;
	uint32_t moving; /* from 1: thread whose running realloc holds the block; 0: none */
	uint32_t kept;   /* end: frames of the birth's stack that never ended until then */
	uint64_t sequence;      /* of the birth, among its thread's events */
	enum frame_proof proof; /* end: how `kept` is known */
	bool has_crossed;       /* freed or reallocated by another thread than before */
	bool is_missed;   /* another block was born at its address: its free was missed */
	bool is_unborn;   /* begins with a realloc; its life before was not seen */
	uint64_t vague;   /* see source_stack_vague() */
	bool is_leaf_cut; /* what called the allocating function is unknown */
};

struct block_history {
	struct history_life *lives;
	size_t count, capacity;
	uint64_t left_out; /* number of lives beyond STORY_LIVES_MAX */
	/* number of the realloc that was asked for; 0: an allocation was */
	uint64_t realloc_number;
	const struct profile *profile;
};

/*
 * Read the profile's process again and follow every block that was ever at `address`, or, if
 * that is 0, the block of the `number`th allocation. Each is followed from its first birth,
 * wherever reallocs have moved it since. Thread indices and locations are those of the profile.
 * Returns 0, or -1 when memory is out; release it either way.
 */
int block_history_read(struct block_history *history, struct trace_reader *reader,
                       const struct profile *profile, uint64_t address,
                       uint64_t number);
void block_history_release(struct block_history *history);

#endif
