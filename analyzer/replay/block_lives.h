/*
 * replay/block_lives.h - from the birth of a block to its end, through every realloc: what its
 * call path counts of it.
 */
#ifndef OUTLIVE_REPLAY_BLOCK_LIVES_H
#define OUTLIVE_REPLAY_BLOCK_LIVES_H

#include "replay/inner_frames.h"
#include "replay/realloc_chains.h"
#include "replay/live_table.h"
#include "replay/path_lives.h"
#include "replay/thread_stack.h"

#define TWIN_BYTES_MAX 4096 /* larger blocks are not compared */

struct block_lives {
	struct path_lives paths;
	/* reallocs by another thread than the one that allocated the block */
	uint64_t moved_across;
	struct chain_table chains;
	struct inner_frames freers;
	/*
	 * Quanta. A block born before the end of load, and not freed before the start of exit,
	 * could have been static. 0 and UINT64_MAX: not known.
	 */
	uint64_t load_end, exit_start;
	/* not all blocks are seen: nothing is known of the allocations between birth and end */
	bool is_sampled;
	/* live blocks of each small size */
	uint32_t of_size[TWIN_BYTES_MAX];
};

/*
 * `quanta_per_us`: of the clock. Returns 0, or -1 when memory is out, like the functions below.
 */
int block_lives_init(struct block_lives *lives, double quanta_per_us);
void block_lives_release(struct block_lives *lives);

/* A block is born, not by a realloc of another one. */
int block_lives_begin(struct block_lives *lives, struct thread *const *threads,
                      struct thread *by, const struct block *block);

/*
 * The block was freed at `time` by thread `by`, whose stack is the one of the free. `threads`:
 * all threads, by index.
 */
int block_lives_end(struct block_lives *lives, struct thread *const *threads,
                    struct thread *by, uint64_t time, const struct block *block);

/*
 * Nothing more is known of the block: another one was born at its address, so it must have ended;
 * or a realloc continued it, and only a sample of blocks is followed.
 */
int block_lives_missed(struct block_lives *lives, struct thread *const *threads,
                       const struct block *block);

/*
 * Thread `by` passed the block to realloc: by->chain_moving keeps its history until it comes
 * out.
 */
int block_lives_move(struct block_lives *lives, struct thread *const *threads,
                     struct thread *by, const struct block *block);

/* A block came out of realloc: it continues by->chain_moving, or its origin is not known. */
int block_lives_moved(struct block_lives *lives, struct thread *const *threads,
                      struct thread *by, struct block *block);

/* Call after the last event: counts the reallocs and sizes of the blocks that are live. */
int block_lives_finish(struct block_lives *lives, const struct live_table *live);

/* The block's first birth: what it was before any realloc. */
struct chain block_lives_origin(const struct block_lives *lives,
                                const struct block *block);

#endif
