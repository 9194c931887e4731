/* verdict/block_history.c - the histories of single blocks. */
#include "verdict/block_history.h"

#include "base/array.h"
#include "trace/merge.h"

#include <stdlib.h>
#include <string.h>

/* The event that allocated a block first. */
struct origin {
	uint64_t sequence;
	uint32_t thread;
};

/*
 * When a realloc names the block that is wanted, its birth has already been passed. So the
 * first pass through the events collects the births of the wanted blocks, and the second pass
 * follows the blocks from there.
 */
struct telling {
	struct block_history *history;
	struct replay replay;
	uint64_t address, number; /* of the wanted block */
	struct origin *origins; /* births of wanted blocks; sorted before the second pass */
	size_t origin_count;
	bool is_shown; /* in the second pass */
};

/* Keep an event, with a copy of the stack, as the thread's next event may change it. */
static int step_set(struct history_step *step, const struct thread *thread,
                    const struct event *event, uint64_t address, uint64_t size)
{
	uint32_t i;

	*step = (struct history_step){ .time = event->time,
		                           .address = address,
		                           .size = size,
		                           .thread = thread->index,
		                           .op = event->op,
		                           .frames = thread->depth };
	step->stack = malloc((thread->depth + 1) * sizeof(*step->stack));
	if (!step->stack)
		return -1;
	for (i = 0; i < thread->depth; i++)
		step->stack[i] = (struct history_frame){ thread->stack[i].location,
			                                     thread->stack[i].is_cut };
	return 0;
}

/* The last step of a block that has not been freed yet. */
static const struct history_step *life_last(const struct history_life *life)
{
	return life->move_count ? &life->moves[(life->move_count - 1) % STORY_MOVES_MAX]
	                        : &life->birth;
}

/* The followed life that is at this address now, or NULL. */
static struct history_life *life_at(struct block_history *history, uint64_t address)
{
	struct history_life *life;
	size_t i;

	for (i = history->count; i-- > 0;) {
		life = &history->lives[i];
		if (life->end.op == OP_NONE && !life->is_missed && !life->moving &&
		    life_last(life)->address == address)
			return life;
	}
	return NULL;
}

/* The followed life that the thread's realloc continues, or NULL. */
static struct history_life *life_moving(struct block_history *history,
                                        const struct thread *thread,
                                        const struct event *event)
{
	size_t i;

	if (event->op != EVENT_MOVE_IN)
		return life_at(history, event->old_address);
	for (i = history->count; i-- > 0;) {
		if (history->lives[i].moving == thread->index + 1)
			return &history->lives[i];
	}
	return NULL;
}

/* Whether the block's life before the realloc was seen; *origin: where it was born. */
static bool origin_find(struct telling *telling, const struct thread *thread,
                        const struct event *event, struct origin *origin)
{
	const struct block *block;
	struct chain chain;
	bool is_new;

	*origin = (struct origin){ thread->sequence, thread->index };
	/* the event has been replayed, so the block is in the table at its new address */
	block = live_table_add(&telling->replay.live, event->address, &is_new);
	if (!block || is_new || !block->chain)
		return true;
	chain = block_lives_origin(&telling->replay.lives, block);
	if (chain.is_unknown)
		return false;
	*origin = (struct origin){ chain.sequence, chain.thread };
	return true;
}

static int origin_order(const void *left, const void *right)
{
	const struct origin *a = left, *b = right;

	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

/* First pass: a wanted block is at the event's address now. */
static int origin_add(struct telling *telling, const struct thread *thread,
                      const struct event *event)
{
	struct block_history *history = telling->history;
	struct origin origin;
	size_t i;

	if (origin_find(telling, thread, event, &origin) && event->old_address &&
	    !telling->address)
		history->realloc_number = telling->number;
	/* a block that reallocs moved may have been here before */
	for (i = event->old_address ? telling->origin_count : 0; i-- > 0;) {
		if (origin_order(&telling->origins[i], &origin) == 0)
			return 0;
	}
	if (telling->origin_count == STORY_LIVES_MAX) {
		history->left_out++;
		return 0;
	}
	telling->origins[telling->origin_count++] = origin;
	return 0;
}

/* Whether the profile counts blocks born at this event. */
static bool is_in_phase(const struct profile *profile, uint64_t time)
{
	const struct phase_span *named = phases_named_at(profile->phases, time);

	return profile->choice.phase == PHASE_NUMBER_NONE ||
	       phases_at(profile->phases, time)->number == profile->choice.phase ||
	       (named && named->number == profile->choice.phase);
}

/* Second pass: whether this event is the birth of a wanted block. */
static bool is_asked(const struct telling *telling, const struct thread *thread,
                     const struct event *event)
{
	struct origin here = { thread->sequence, thread->index };
	const struct profile *profile = telling->history->profile;
	const struct call_node *nodes = telling->replay.tree.nodes;
	uint32_t node = thread->depth ? thread->stack[thread->depth - 1].node : CALL_ROOT;

	if (!bsearch(&here, telling->origins, telling->origin_count, sizeof(here),
	             origin_order))
		return false;
	/* the event was replayed, so its call path has a node; its number is the profile's, too */
	return (!profile->choice.has_threads ||
	        thread_choice_has_strand(&profile->choice.threads, thread_carrier(thread),
	                                 thread)) &&
	       block_choice_has_size(&profile->choice, event->size_bytes) &&
	       block_choice_has_path(&profile->choice, nodes[node].path) &&
	       is_in_phase(profile, event->time);
}

/* The event was replayed before, so the total of allocations is the number of this one. */
static int life_begin(struct telling *telling, const struct thread *thread,
                      const struct event *event)
{
	struct block_history *history = telling->history;
	struct history_life *life;
	struct origin origin;

	if (array_reserve(history->lives, history->capacity, history->count + 1))
		return -1;
	life = &history->lives[history->count++];
	*life = (struct history_life){
		.number = telling->replay.totals.allocations,
		.sequence = thread->sequence,
		.vague = source_stack_vague(telling->replay.sources, thread),
		.is_leaf_cut = thread->depth && thread->stack[thread->depth - 1].is_cut,
		.is_unborn = !origin_find(telling, thread, event, &origin)
	};
	return step_set(&life->birth, thread, event, event->address, event->size_bytes);
}

/* Only the last STORY_MOVES_MAX reallocs are kept: the oldest one is replaced. */
static int life_move(struct history_life *life, const struct thread *thread,
                     const struct event *event)
{
	struct history_step *step;

	life->has_crossed |= life_last(life)->thread != thread->index;
	life->moving = 0;
	step = &life->moves[life->move_count++ % STORY_MOVES_MAX];
	free(step->stack);
	return step_set(step, thread, event, event->address, event->size_bytes);
}

/*
 * Compute what block_lives_end() does, so that a single block's history agrees with its class.
 * If another thread took part, the stack of the first birth's thread is the one that counts.
 */
static int life_end(const struct telling *telling, struct history_life *life,
                    const struct thread *thread, const struct event *event)
{
	const struct thread *owner = telling->replay.threads.items[life->birth.thread];
	uint32_t frames = life->birth.frames, depth;

	life->has_crossed |= life_last(life)->thread != thread->index ||
	                     life->birth.thread != thread->index;
	depth = thread_escape_depth(owner, frames, life->sequence);
	life->kept = frames ? frames - 1 - depth : 0;
	life->proof = life->has_crossed && owner->doubts.last > life->sequence
	                  ? PROOF_INFERRED
	                  : thread_stack_proof(owner, frames, life->sequence, depth);
	if (life->proof != PROOF_INFERRED && life->proof != PROOF_COMPARED &&
	    source_stack_is_vague(life->vague, depth))
		life->proof = PROOF_OPEN;
	if (!frames || life->is_unborn || (!depth && life->is_leaf_cut))
		life->proof = PROOF_INFERRED;
	return step_set(&life->end, thread, event, event->address, life_last(life)->size);
}

/* Handle an allocation in the first pass. */
static int event_check(struct telling *telling, const struct thread *thread,
                       const struct event *event)
{
	if (telling->address ? event->address == telling->address
	                     : telling->replay.totals.allocations == telling->number)
		return origin_add(telling, thread, event);
	return 0;
}

/* Handle an allocation in the second pass. */
static int event_tell(struct telling *telling, const struct thread *thread,
                      const struct event *event)
{
	struct history_life *life = life_at(telling->history, event->address),
						*moved = NULL;

	if (event->old_address)
		moved = life_moving(telling->history, thread, event);
	/* Another block is born at the address of this one, which must have ended unseen. */
	if (life && life != moved)
		life->is_missed = true;
	if (moved)
		return life_move(moved, thread, event);
	return is_asked(telling, thread, event) ? life_begin(telling, thread, event) : 0;
}

/* Call after the event was replayed, so that the thread's stack is the event's stack. */
static int event_read(struct telling *telling, const struct thread *thread,
                      const struct event *event)
{
	struct history_life *life;

	switch (event->op) {
	case OP_FREE:
		life = life_at(telling->history, event->address);
		return life ? life_end(telling, life, thread, event) : 0;
	case EVENT_MOVE_OUT:
		/* until it arrives, another block may be born at its old address */
		life = event->old_address ? life_at(telling->history, event->old_address)
		                          : NULL;
		if (life)
			life->moving = thread->index + 1;
		return 0;
	case OP_REALLOC:
	case EVENT_MOVE_IN:
	case OP_MALLOC:
	case OP_CALLOC:
	case OP_ALIGNED:
		return telling->is_shown ? event_tell(telling, thread, event)
		                         : event_check(telling, thread, event);
	default: return 0;
	}
}

/* Replays one event at a time, so that the stack of each is at hand. */
static int slice_tell(struct telling *telling, const struct event_slice *slice)
{
	struct event_slice one = *slice;
	size_t i;

	one.count = 1;
	for (i = 0; i < slice->count; i++) {
		one.events = slice->events + i;
		if (replay_slice(&telling->replay, &one))
			return -1;
		if (one.events->op != EVENT_RUN &&
		    event_read(telling, thread_strand(*slice->user), one.events))
			return -1;
	}
	return 0;
}

/* One pass over all events. 0, or -1 when memory is out. */
static int history_tell(struct telling *telling, struct trace_reader *reader,
                        const struct profile *profile)
{
	struct trace_process *process = trace_reader_process(reader,
	                                                     profile->process->number);
	struct event_merge *merge;
	struct event_slice slice;
	int result = -1, more = 0;

	/* nothing that is used of this replay depends on its clock */
	if (replay_init(&telling->replay, 0, 1000))
		return -1;
	replay_sampled(&telling->replay, process->header.sample_bytes);
	telling->replay.sources = profile->replay.sources;
	telling->replay.threads.copies_stacks = process->header.flags & RING_COPIES_STACKS;
	process->damaged_events = 0; /* the second pass counts them again */
	merge = event_merge_new(reader, process, profile->map, replay_preview,
	                        &telling->replay);
	if (merge) {
		result = 0;
		while (!result && (more = event_merge_next(merge, &slice)) > 0)
			result = slice_tell(telling, &slice);
		if (more < 0)
			result = -1;
	}
	event_merge_free(merge);
	replay_release(&telling->replay);
	return result;
}

int block_history_read(struct block_history *history, struct trace_reader *reader,
                       const struct profile *profile, uint64_t address, uint64_t number)
{
	struct telling *telling = calloc(1, sizeof(*telling));
	int result = -1;

	*history = (struct block_history){ .profile = profile };
	if (!telling)
		return -1;
	telling->history = history;
	telling->address = address;
	telling->number = number;
	telling->origins = malloc(STORY_LIVES_MAX * sizeof(*telling->origins));
	if (telling->origins)
		result = history_tell(telling, reader, profile);
	if (!result && telling->origin_count) {
		qsort(telling->origins, telling->origin_count, sizeof(*telling->origins),
		      origin_order);
		telling->is_shown = true;
		result = history_tell(telling, reader, profile);
	}
	free(telling->origins);
	free(telling);
	return result;
}

void block_history_release(struct block_history *history)
{
	size_t i, j;

	for (i = 0; i < history->count; i++) {
		free(history->lives[i].birth.stack);
		free(history->lives[i].end.stack);
		for (j = 0; j < STORY_MOVES_MAX; j++)
			free(history->lives[i].moves[j].stack);
	}
	free(history->lives);
	*history = (struct block_history){ .lives = NULL };
}
