/* replay/block_lives.c - from the birth of a block to its end. */
#include "replay/block_lives.h"

#include "replay/source_stack.h"

#define OUTGROWN_EVENTS_MAX \
	8 /* from the birth of a larger block to the end of the other */

int block_lives_init(struct block_lives *lives, double quanta_per_us)
{
	*lives = (struct block_lives){ .exit_start = UINT64_MAX };
	if (path_lives_init(&lives->paths, quanta_per_us))
		return -1;
	return inner_frames_init(&lives->freers);
}

void block_lives_release(struct block_lives *lives)
{
	path_lives_release(&lives->paths);
	chain_table_release(&lives->chains);
	inner_frames_release(&lives->freers);
}

struct chain block_lives_origin(const struct block_lives *lives,
                                const struct block *block)
{
	if (block->chain)
		return lives->chains.chains[block->chain];
	return (struct chain){ .sequence = block->sequence,
		                   .time = block->time,
		                   .path = block->path,
		                   .thread = block->thread,
		                   .largest = block->size,
		                   .asked = block->size,
		                   .room = block->size,
		                   .allocations = block->born };
}

static void chain_drop(struct block_lives *lives, struct thread *const *threads,
                       const struct block *block)
{
	if (!block->chain)
		return;
	threads[lives->chains.chains[block->chain].thread]->remembered--;
	chain_table_remove(&lives->chains, block->chain);
}

/* Whether the activation that owned the call path's last blocks is still running. */
static bool is_owner_running(const struct life_pattern *pattern,
                             struct thread *const *threads)
{
	const struct thread *thread = threads[pattern->owner_thread];
	uint32_t frame = pattern->owner_frame;

	if (!pattern->owner_dead)
		return false;
	return !frame || (thread->depth >= frame &&
	                  thread->stack[frame - 1].sequence == pattern->owner_sequence);
}

static void most_note(struct life_pattern *pattern, uint64_t time)
{
	if (pattern->owner_dead <= pattern->owner_most)
		return;
	pattern->owner_most = pattern->owner_dead;
	pattern->moments[MOMENT_OWNED] = (struct life_moment){ pattern->begun, time };
}

/* Count that a block of the thread ended, which the frame with that number owned. */
static void owner_add(struct life_pattern *pattern, struct thread *const *threads,
                      const struct thread *by, uint32_t frame, uint64_t time)
{
	uint64_t sequence = frame && frame <= by->depth ? by->stack[frame - 1].sequence : 0;

	if (pattern->owner_dead && pattern->owner_thread == by->index &&
	    pattern->owner_frame == frame && pattern->owner_sequence == sequence) {
		pattern->owner_dead++;
		most_note(pattern, time);
		return;
	}
	/*
	 * Another activation becomes the owner. If the one before it still runs, it may free more
	 * blocks: then the blocks of the two do not end one group after the other.
	 */
	pattern->is_tangled |= is_owner_running(pattern, threads);
	pattern->owner_thread = by->index;
	pattern->owner_frame = frame;
	pattern->owner_sequence = sequence;
	pattern->owner_dead = 1;
	pattern->activations++;
	most_note(pattern, time);
}

/* A block is born: did this call free another block before? 0, or -1: memory is out. */
static int begin_replace(struct block_lives *lives, struct thread *by,
                         const struct block *block)
{
	struct recent_life *other = recent_lives_find(&by->ended, 0, block->path);
	uint32_t frames, path;

	if (!other)
		return 0;
	path = other->path;
	other->path = 0;
	frames = thread_escape_depth(by, by->depth, other->sequence);
	return path_life_replace(&lives->paths, block->path, path, frames, true);
}

/*
 * A block is freed by the thread that allocated it: did this call allocate another one before?
 * 0, or -1: memory is out.
 */
static int end_replace(struct block_lives *lives, struct thread *by,
                       const struct chain *origin)
{
	struct recent_life *other = recent_lives_find(&by->begun, origin->sequence,
	                                              origin->path);
	uint32_t frames, path;

	recent_lives_add(&by->ended, by->sequence, origin->path, 0);
	if (!other)
		return 0;
	path = other->path;
	other->path = 0;
	frames = thread_escape_depth(by, lives->paths.paths[path].frames, other->sequence);
	return path_life_replace(&lives->paths, path, origin->path, frames, false);
}

/*
 * The call of a container that made a larger block moves what the smaller one has, and frees
 * that: few events are in between. *is_outgrown: whether this may be such a block.
 */
static int end_outgrow(struct block_lives *lives, struct thread *by,
                       const struct chain *origin, uint64_t size, bool *is_outgrown)
{
	struct recent_life *other = recent_lives_larger(&by->begun, origin->sequence, size);
	uint32_t frames, path;

	*is_outgrown = other && by->sequence - other->sequence <= OUTGROWN_EVENTS_MAX;
	if (!*is_outgrown)
		return 0;
	path = other->path;
	frames = thread_escape_depth(by, lives->paths.paths[path].frames, other->sequence);
	return path_life_outgrow(&lives->paths, path, origin->path, frames);
}

/* One block more of that size; whether there was one before. */
static bool twin_add(struct block_lives *lives, uint64_t size)
{
	return size < TWIN_BYTES_MAX && lives->of_size[size]++;
}

/* One less; whether there is one left. */
static bool twin_remove(struct block_lives *lives, uint64_t size)
{
	return size < TWIN_BYTES_MAX && lives->of_size[size] && --lives->of_size[size];
}

int block_lives_begin(struct block_lives *lives, struct thread *const *threads,
                      struct thread *by, const struct block *block)
{
	struct life_pattern *pattern = &lives->paths.paths[block->path].pattern;

	/*
	 * An activation that already had blocks freed gets another one: remember how many had ended.
	 * This shows whether an owner's blocks end all together or come and go one by one.
	 */
	if (pattern->owner_dead > pattern->dead_max && pattern->owner_thread == by->index &&
	    is_owner_running(pattern, threads))
		pattern->dead_max = pattern->owner_dead;
	if (pattern->live < REPLACED_LIVE_MAX && begin_replace(lives, by, block))
		return -1;
	recent_lives_add(&by->begun, block->sequence, block->path, block->size);
	pattern->twins += twin_add(lives, block->size);
	return path_life_begin(&lives->paths, block->path, by->index, block->size,
	                       block->time);
}

/*
 * A function may be missing in the frame that owned the block: then that function may be the
 * owner, or the block may have escaped from it, too.
 */
static void end_doubt(struct life_end *end, const struct path_life *life)
{
	if (!source_stack_is_vague(life->vague, end->depth) ||
	    end->proof == PROOF_INFERRED || end->proof == PROOF_COMPARED)
		return;
	end->proof = PROOF_OPEN;
	if (!end->depth_more && end->depth + 1 < life->frames)
		end->depth_more = 1;
}

/* How the escape depth of a block is known. */
static void end_prove(struct life_end *end, const struct path_life *life,
                      const struct thread *thread, const struct chain *origin)
{
	uint32_t frames = life->frames, depth = end->depth;
	uint64_t sequence = origin->sequence;
	bool is_usual, is_exact;
	uint32_t most;

	end->proof = PROOF_INFERRED;
	if (!frames || origin->is_unknown || (!depth && life->is_leaf_cut) ||
	    !thread_stack_is_exact(thread, &thread->doubts, frames, sequence, depth))
		return;
	end->proof = PROOF_COMPARED;
	if (!thread_stack_is_exact(thread, &thread->compared, frames, sequence, depth))
		return;
	end->proof = PROOF_PROVED;
	if (thread->open.last <= sequence && thread->supported.last <= sequence)
		return;
	most = thread_stack_most(thread, &thread->supported, frames, sequence, depth,
	                         &is_exact);
	end->depth_more = most - depth;
	is_usual = end->depth_more != 0;
	if (is_usual)
		end->proof = PROOF_SUPPORTED;
	most = thread_stack_most(thread, &thread->open, frames, sequence, depth, &is_exact);
	if (is_exact)
		return;
	end->proof = PROOF_OPEN;
	end->is_usual = is_usual;
	end->depth_more = most - depth;
}

int block_lives_end(struct block_lives *lives, struct thread *const *threads,
                    struct thread *by, uint64_t time, const struct block *block)
{
	struct chain origin = block_lives_origin(lives, block);
	struct thread *owner = threads[origin.thread];
	uint32_t frames = lives->paths.paths[origin.path].frames;
	bool is_outgrown = false;
	struct life_end end = {
		.size = block->size,
		.weight = block->weight,
		.age = time > origin.time ? time - origin.time : 0,
		.between = owner->births.newest - origin.allocations,
		.freer = inner_frames_node(&lives->freers, by),
		.reallocs = origin.reallocs,
		.has_crossed = origin.has_crossed || block->thread != by->index ||
		               origin.thread != by->index,
		.was_youngest = birth_window_remove(&threads[block->thread]->births,
		                                    block->born),
	};

	if (lives->is_sampled)
		end.between = end.was_youngest = 0;
	end.is_at_exit = time >= lives->exit_start && origin.time < lives->exit_start;
	end.is_static = end.is_at_exit && origin.time < lives->load_end;
	if (end.has_crossed) {
		owner->crossed += end.is_static ? 0 : block->weight;
	} else {
		end.depth = thread_escape_depth(by, frames, origin.sequence);
		end.machine_depth = thread_machine_depth(
			by, lives->paths.paths[origin.path].machine_frames, origin.sequence);
		end_prove(&end, &lives->paths.paths[origin.path], by, &origin);
		end_doubt(&end, &lives->paths.paths[origin.path]);
		owner_add(&lives->paths.paths[origin.path].pattern, threads, by,
		          frames ? frames - 1 - end.depth : 0, time);
		/*
		 * This block still counts as live here, but not yet in block_lives_begin(): so <= here
		 * and < there mean the same number of blocks.
		 */
		if (end_outgrow(lives, by, &origin, block->size, &is_outgrown) ||
		    (lives->paths.paths[origin.path].pattern.live <= REPLACED_LIVE_MAX &&
		     end_replace(lives, by, &origin)))
			return -1;
	}
	path_life_over(&lives->paths, origin.path, origin.thread);
	lives->paths.paths[origin.path].pattern.twins_left += twin_remove(lives,
	                                                                  block->size);
	lives->paths.paths[origin.path].pattern.outgrown += is_outgrown;
	if (end.freer == CALL_NODE_NONE ||
	    path_life_close(&lives->paths, origin.path, origin.largest, origin.asked) ||
	    (!is_outgrown && lives->paths.paths[origin.path].outgrown && !origin.reallocs &&
	     path_life_final(&lives->paths, origin.path, block->size)))
		return -1;
	chain_drop(lives, threads, block);
	return path_life_end(&lives->paths, origin.path, &end);
}

int block_lives_missed(struct block_lives *lives, struct thread *const *threads,
                       const struct block *block)
{
	struct chain origin = block_lives_origin(lives, block);
	struct path_life *life = &lives->paths.paths[origin.path];

	birth_window_remove(&threads[block->thread]->births, block->born);
	twin_remove(lives, block->size);
	life->unknown_blocks += block->weight;
	life->unknown_bytes += block->weight * block->size;
	path_life_over(&lives->paths, origin.path, origin.thread);
	chain_drop(lives, threads, block);
	return path_life_close(&lives->paths, origin.path, origin.largest, origin.asked);
}

int block_lives_move(struct block_lives *lives, struct thread *const *threads,
                     struct thread *by, const struct block *block)
{
	struct chain chain = block_lives_origin(lives, block);
	uint32_t number = block->chain ? block->chain : chain_table_add(&lives->chains);
	uint32_t mover = inner_frames_node(&lives->freers, by);

	if (!number || mover == CALL_NODE_NONE ||
	    path_life_move(&lives->paths, chain.path, mover, block->size))
		return -1;
	twin_remove(lives, block->size);
	threads[chain.thread]->remembered += !block->chain;
	chain.reallocs++;
	lives->moved_across += chain.thread != by->index;
	chain.last = block->size;
	chain.has_crossed |= block->thread != by->index;
	lives->chains.chains[number] = chain;
	birth_window_remove(&threads[block->thread]->births, block->born);
	by->chain_moving = number;
	return 0;
}

int block_lives_moved(struct block_lives *lives, struct thread *const *threads,
                      struct thread *by, struct block *block)
{
	struct chain chain = block_lives_origin(lives, block), *moving;
	uint32_t number = by->chain_moving;

	/* The old block was not known: a life begins here, and its escape depth is never exact. */
	if (!number) {
		number = chain_table_add(&lives->chains);
		if (!number || block_lives_begin(lives, threads, by, block))
			return -1;
		chain.is_unknown = true;
		threads[chain.thread]->remembered++;
		lives->chains.chains[number] = chain;
	} else {
		twin_add(lives, block->size);
		moving = &lives->chains.chains[number];
		moving->asked += block->size;
		moving->room = path_life_step(&lives->paths, moving->path, moving->room,
		                              moving->last, block->size);
		if (block->size > moving->largest)
			moving->largest = block->size;
		path_life_grow(&lives->paths, moving->path, block->size, block->time);
	}
	block->chain = number;
	by->chain_moving = 0;
	return 0;
}

int block_lives_finish(struct block_lives *lives, const struct live_table *live)
{
	struct chain origin;
	size_t i;

	for (i = 0; i < (size_t)1 << live->bits; i++) {
		if (!live->addresses[i] || !live->blocks[i].path)
			continue;
		origin = block_lives_origin(lives, &live->blocks[i]);
		if (path_life_close(&lives->paths, origin.path, origin.largest, origin.asked) ||
		    (lives->paths.paths[origin.path].outgrown && !origin.reallocs &&
		     path_life_final(&lives->paths, origin.path, live->blocks[i].size)))
			return -1;
		if (live->blocks[i].chain)
			path_life_realloced(&lives->paths, origin.path, origin.reallocs);
	}
	return 0;
}
