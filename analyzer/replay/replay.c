/*
 * replay/replay.c - what the events did.
 * Long, because every kind of event changes one state, and is applied here.
 */
#include "replay/replay.h"

#include "replay/strands.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_THREAD 1 /* its serial number */

int replay_init(struct replay *replay, uint64_t start, double quanta_per_us)
{
	*replay = (struct replay){ .totals.time_last = start };
	timeline_init(&replay->timeline, start);
	stack_depths_init(&replay->stacks);
	if (call_tree_init(&replay->tree) || call_paths_init(&replay->paths) ||
	    block_lives_init(&replay->lives, quanta_per_us) ||
	    live_table_init(&replay->live) || mappings_init(&replay->mappings))
		return -1;
	return 0;
}

void replay_sampled(struct replay *replay, uint64_t mean_bytes)
{
	replay->sample.mean_bytes = mean_bytes;
	replay->lives.is_sampled = mean_bytes != 0;
}

void replay_phases(struct replay *replay, struct phases *phases)
{
	replay->phases = phases;
	replay->lives.load_end = phases->has_load ? phases->main_start : 0;
	replay->lives.exit_start = phases->exit_start;
}

void replay_choose(struct replay *replay, const struct block_choice *choice)
{
	replay->choice = choice;
	replay->is_chosen = !block_choice_is_all(choice);
}

void replay_release(struct replay *replay)
{
	thread_table_release(&replay->threads);
	call_tree_release(&replay->tree);
	call_paths_release(&replay->paths);
	sample_release(&replay->sample);
	growth_release(&replay->growth);
	block_lives_release(&replay->lives);
	stack_depths_release(&replay->stacks);
	live_table_release(&replay->live);
	mappings_release(&replay->mappings);
	live_large_release(&replay->probes.large);
	kept_moments_release(&replay->kept);
	location_times_release(&replay->locations);
}

/* Rarely called: a step of the timeline is over, or a time to fill in has been reached. */
static void time_advance(struct replay *replay, uint64_t time)
{
	uint64_t next;

	timeline_advance(&replay->timeline, time, replay->paths.live_bytes);
	replay->due = live_probes_fill(&replay->probes, time, replay->paths.live_bytes,
	                               replay->paths.live_blocks);
	next = kept_moments_fill(&replay->kept, time, &replay->live,
	                         replay->probes.heap_peak);
	if (replay->due > next)
		replay->due = next;
	if (replay->due > replay->timeline.step_end)
		replay->due = replay->timeline.step_end;
	next = growth_fill(&replay->growth, &replay->paths, time);
	if (replay->due > next)
		replay->due = next;
}

void replay_preview(void *context, const struct event *events, size_t count)
{
	struct replay *replay = context;
	size_t i;

	for (i = 0; i < count && !replay->is_of_stacks; i++) {
		live_table_prefetch(&replay->live, events[i].address);
		if (events[i].op == OP_REALLOC)
			live_table_prefetch(&replay->live, events[i].old_address);
	}
}

/* ---- stacks ---------------------------------------------------------- */

/* The thread with that serial number, made if it is new; NULL when memory is out. */
static struct thread *thread_of(struct replay *replay, uint32_t serial)
{
	struct thread *thread = thread_table_find(&replay->threads, serial);

	if (thread)
		return thread;
	thread = thread_table_add(&replay->threads, serial);
	if (thread)
		thread->share.peak_epoch = replay->paths.peak_epoch;
	return thread;
}

/* Make the nodes of all frames. Returns the innermost one's, or CALL_NODE_NONE: no memory. */
static uint32_t stack_nodes(struct replay *replay, struct thread *thread, uint64_t time)
{
	struct call_tree *tree = &replay->tree;
	uint32_t at = thread->depth, node = CALL_ROOT;

	/* Go outwards to the first frame whose node the tree has, then back. */
	while (at) {
		node = thread->stack[at - 1].node;
		if (node == CALL_NODE_NONE)
			node = call_tree_find(tree, thread->stack[at - 1].hash);
		if (node != CALL_NODE_NONE)
			break;
		at--;
	}
	if (!at)
		node = CALL_ROOT;
	else
		thread->stack[at - 1].node = node;
	for (; at < thread->depth; at++) {
		node = (thread->stack[at].is_cut ? call_tree_add_cut : call_tree_add)(
			tree, node, thread->stack[at].location);
		if (node == CALL_NODE_NONE ||
		    location_times_extend(&replay->locations, thread->stack[at].location, time))
			return CALL_NODE_NONE;
		thread->stack[at].node = node;
	}
	return node;
}

/*
 * A thread continues in another chunk. If no event is missing, its frames are still the same
 * activations. After a hole that is not known, so they count as new ones.
 */
static int run_begin(struct replay *replay, const struct event_slice *slice)
{
	struct thread *thread = thread_of(replay, slice->run->thread);
	struct event snapshot = slice->events[0];
	const uint32_t *locations = slice->locations + snapshot.frame_first;
	uint64_t before = slice->run->events_before;

	if (!thread)
		return -1;
	*slice->user = thread;
	thread->tid = slice->run->tid;
	thread->is_unwanted = replay->is_chosen && replay->choice->has_threads &&
	                      !thread_choice_has(&replay->choice->threads, thread->serial);
	thread_name_set(thread, slice->run->name, snapshot.time);
	if (stack_depths_run(&replay->stacks, thread))
		return -1;
	thread->carried_labels = 0;
	if (thread->is_carrier) {
		bool is_whole = before == thread->position;

		if (before > thread->position)
			thread->holes += before - thread->position;
		thread->position = before;
		return strand_run(thread, slice->run, locations, snapshot.pushed, is_whole);
	}
	if (before == thread->position &&
	    thread_stack_is_same(thread, locations, snapshot.pushed))
		return 0;
	if (before > thread->position)
		thread->holes += before - thread->position;
	thread->position = before;
	thread->sequence++;
	return source_stack_restart(replay->sources, thread, locations, snapshot.pushed,
	                            slice->run->gaps, slice->run->gap_count);
}

/* ---- blocks ------------------------------------------------------------------------ */

uint64_t replay_location_time(const struct replay *replay, uint32_t location)
{
	return location_times_get(&replay->locations, location);
}

/* The call path of the thread's innermost frame, made if it is new; NULL: memory is out. */
static inline struct call_path *path_here(struct replay *replay, struct thread *thread,
                                          uint64_t time)
{
	uint32_t node = thread->depth ? thread->stack[thread->depth - 1].node : CALL_ROOT;
	uint32_t *path;

	if (node == CALL_NODE_NONE)
		node = stack_nodes(replay, thread, time);
	if (node == CALL_NODE_NONE)
		return NULL;
	path = &replay->tree.nodes[node].path;
	if (!*path) {
		*path = call_paths_add(&replay->paths, node);
		if (*path && path_lives_add(&replay->lives.paths, *path, thread->depth,
		                            thread->level_count,
		                            source_stack_vague(replay->sources, thread),
		                            replay->tree.nodes[node].is_cut))
			return NULL;
	}
	return *path ? &replay->paths.paths[*path] : NULL;
}

static inline uint32_t size_class(uint64_t size)
{
	return size ? 64 - (uint32_t)__builtin_clzll(size) : 0;
}

/* Stop counting a block as live, for whatever reason it ended. */
static inline void block_end(struct replay *replay, uint64_t address,
                             const struct block *block)
{
	struct call_path *path = &replay->paths.paths[block->path];

	replay->threads.items[block->thread]->remembered--;
	live_probes_end(&replay->probes, address, block->size, block->weight,
	                block->path != 0);
	if (!block->path) {
		birth_window_remove(&replay->threads.items[block->thread]->births, block->born);
		return;
	}
	live_share_shrink(&replay->paths, &path->share, block->weight, block->size);
	live_share_shrink(&replay->paths, &replay->threads.items[block->thread]->share,
	                  block->weight, block->size);
	if (replay->threads.labels.count)
		labels_end(&replay->threads.labels, &replay->paths, address);
	call_paths_shrink(&replay->paths, block->weight, block->size);
	sample_end(&replay->sample, block->path, block->size);
	path->frees += block->weight;
}

/* What may matter for a moment that is still to come: the caches of threads. */
static inline void cache_put(struct replay *replay, const struct thread *thread,
                             uint64_t address, const struct block *block)
{
	if (replay->kept.is_awaited)
		thread_caches_put(&replay->kept.caches, thread_carrier(thread)->index, address,
		                  chunk_bytes(block->size));
}

static inline void cache_take(struct replay *replay, const struct thread *thread,
                              const struct event *event)
{
	if (replay->kept.is_awaited)
		thread_caches_take(&replay->kept.caches, thread_carrier(thread)->index,
		                   event->address, chunk_bytes(event->size_bytes));
}

/* Count so many blocks of this size at their call path; 0, or -1 when memory is out. */
static inline int path_count(struct replay *replay, struct call_path *path,
                             uint64_t blocks, uint64_t size)
{
	int result = 0;

	if (path->allocations && (size != path->size_min || size != path->size_max))
		result = path_life_size(&replay->lives.paths,
		                        (uint32_t)(path - replay->paths.paths), blocks, size,
		                        path->size_min, path->allocations);
	path->allocations += blocks;
	path->bytes += blocks * size;
	if (size < path->size_min)
		path->size_min = size;
	if (size > path->size_max)
		path->size_max = size;
	return result;
}

/* Another block is born at its address. 0, or -1 when memory is out. */
static int block_missed(struct replay *replay, uint64_t address,
                        const struct block *block)
{
	block_end(replay, address, block);
	if (!block->path)
		return 0;
	replay->totals.ends_missed += block->weight;
	return block_lives_missed(&replay->lives, replay->threads.items, block);
}

static bool is_chosen(const struct replay *replay, const struct thread *thread,
                      const struct call_path *path, uint64_t size)
{
	const struct block_choice *choice = replay->choice;

	return !thread->is_unwanted && block_choice_has_labels(choice, thread->labels) &&
	       block_choice_has_size(choice, size) &&
	       block_choice_has_path(choice, (uint32_t)(path - replay->paths.paths)) &&
	       (choice->phase == PHASE_NUMBER_NONE ||
	        phase_cursor_is_in(&replay->phase_now, choice->phase));
}

/* Whether a block that is born now is counted. */
static inline bool is_wanted(const struct replay *replay, const struct thread *thread,
                             const struct call_path *path, uint64_t size)
{
	return !replay->is_chosen || is_chosen(replay, thread, path, size);
}

/* Whether all blocks are counted: then blocks that were never seen would be, too. */
static inline bool is_whole(const struct replay *replay)
{
	return !replay->is_chosen;
}

static inline void phase_count(struct replay *replay, uint64_t allocations,
                               uint64_t bytes, uint64_t frees)
{
	if (replay->phases)
		phase_cursor_count(&replay->phase_now, allocations, bytes, frees);
}

/* Follow a block that is not counted: the counted ones depend on it. */
static int block_ignore(struct replay *replay, struct thread *thread,
                        const struct call_path *path, const struct event *event,
                        uint32_t weight)
{
	struct block *block;
	bool is_new;

	replay->tree.nodes[path->node].ignored++;
	replay->ignored.allocations += weight;
	replay->ignored.bytes += weight * event->size_bytes;
	thread->alloc_last = thread->sequence;
	block = live_table_add(&replay->live, event->address, &is_new);
	if (!block)
		return -1;
	if (!is_new && block_missed(replay, event->address, block))
		return -1;
	*block = (struct block){ .size = event->size_bytes,
		                     .time = event->time_end,
		                     .sequence = thread->sequence,
		                     .thread = thread->index,
		                     .born = birth_window_add(&thread->births),
		                     .weight = weight };
	thread->remembered++;
	live_probes_begin(&replay->probes, event->address, event->size_bytes, weight,
	                  false);
	cache_take(replay, thread, event);
	return 0;
}

/* The estimate of the peak has the variance of what was live then. */
static inline void peak_follow(struct replay *replay, uint64_t epoch)
{
	if (unlikely(replay->sample.mean_bytes) && replay->paths.peak_epoch != epoch)
		replay->sample.peak = replay->sample.live;
}

/* As many blocks as the next one of the call path counts for; 0: memory is out. */
static inline uint32_t weight_of(struct replay *replay, const struct call_path *path,
                                 const struct event *event)
{
	return sample_weigh(&replay->sample, (uint32_t)(path - replay->paths.paths),
	                    event->size_bytes);
}

static inline void path_most(struct call_path *path)
{
	uint64_t blocks = path->share.live_blocks;

	if (blocks > path->live_max)
		path->live_max = blocks < UINT32_MAX ? (uint32_t)blocks : UINT32_MAX;
	if (path->share.live_bytes > path->live_bytes_max)
		path->live_bytes_max = path->share.live_bytes;
}

/* Add the new block; NULL: memory is out. */
static inline struct block *block_begin(struct replay *replay, struct thread *thread,
                                        struct call_path *path,
                                        const struct event *event, uint32_t weight)
{
	uint64_t bytes = weight * event->size_bytes, epoch = replay->paths.peak_epoch;
	struct block *block;
	bool is_new;

	if (path_count(replay, path, weight, event->size_bytes))
		return NULL;
	thread->allocations += weight;
	thread->bytes += bytes;
	thread->alloc_last = thread->sequence;
	replay->totals.allocations += weight;
	replay->totals.bytes += bytes;
	replay->size_histogram[size_class(event->size_bytes)] += weight;
	block = live_table_add(&replay->live, event->address, &is_new);
	if (!block)
		return NULL;
	if (!is_new && block_missed(replay, event->address, block))
		return NULL;
	*block = (struct block){ event->size_bytes,
		                     event->time_end,
		                     thread->sequence,
		                     (uint32_t)(path - replay->paths.paths),
		                     thread->index,
		                     birth_window_add(&thread->births),
		                     0,
		                     weight };
	live_share_grow(&replay->paths, &path->share, weight, event->size_bytes);
	path_most(path);
	live_share_grow(&replay->paths, &thread->share, weight, event->size_bytes);
	if (thread->labels &&
	    labels_begin(&replay->threads.labels, &replay->paths, thread->labels,
	                 event->address, weight, event->size_bytes))
		return NULL;
	sample_begin(&replay->sample, block->path, event->size_bytes);
	call_paths_grow(&replay->paths, weight, event->size_bytes, event->time_end);
	peak_follow(replay, epoch);
	thread->remembered++;
	live_probes_begin(&replay->probes, event->address, event->size_bytes, weight, true);
	cache_take(replay, thread, event);
	timeline_add(&replay->timeline, replay->paths.live_bytes);
	return block;
}

/* The common part of free and realloc. True: the block was known, and has been removed. */
static inline bool block_remove(struct replay *replay, uint64_t address,
                                struct block *block)
{
	if (!live_table_remove(&replay->live, address, block)) {
		/* Nothing is known of its birth, so not either whether it would count. */
		replay->totals.ends_unknown += is_whole(replay);
		return false;
	}
	block_end(replay, address, block);
	return true;
}

static inline int block_free(struct replay *replay, struct thread *thread,
                             const struct event *event)
{
	struct block block = { .weight = 1 };
	struct thread *owner;
	bool is_known = block_remove(replay, event->address, &block);

	phase_count(replay, 0, 0, block.weight);
	if (!is_known) {
		thread->frees += is_whole(replay);
		replay->totals.frees += is_whole(replay);
		return 0;
	}
	cache_put(replay, thread, event->address, &block);
	if (!block.path)
		return 0;
	thread->frees += block.weight;
	replay->totals.frees += block.weight;
	owner = replay->threads.items[block.thread];
	/*
	 * No allocation of its thread came after its own: the block was temporary. In a sample
	 * others may have come.
	 */
	if (owner->alloc_last == block.sequence && !replay->sample.mean_bytes) {
		owner->temporary++;
		replay->totals.temporary++;
		replay->paths.paths[block.path].temporary++;
	}
	if (block_lives_end(&replay->lives, replay->threads.items, thread, event->time,
	                    &block))
		return -1;
	thread_strand_idle(&replay->threads, owner);
	return 0;
}

/* A realloc: first the old block ends ... */
static int move_out(struct replay *replay, struct thread *thread,
                    const struct event *event)
{
	struct block block;

	if (!event->old_address || !block_remove(replay, event->old_address, &block))
		return 0;
	cache_put(replay, thread, event->old_address, &block);
	/* What continues it is another block, which was drawn by itself, and need not be here. */
	if (replay->sample.mean_bytes || !event->address)
		return block.path
		           ? block_lives_missed(&replay->lives, replay->threads.items, &block)
		           : 0;
	thread->is_moving_ignored = !block.path;
	if (!block.path)
		return 0;
	return block_lives_move(&replay->lives, replay->threads.items, thread, &block);
}

/* ... then the new one begins. */
static int move_in(struct replay *replay, struct thread *thread,
                   const struct event *event)
{
	struct call_path *path;
	bool goes_on = thread->is_moving_ignored || thread->chain_moving;
	struct block *block;
	uint32_t weight;

	if (!event->address) /* not sampled */
		return 0;
	path = path_here(replay, thread, event->time_end);
	weight = path ? weight_of(replay, path, event) : 0;
	if (!weight)
		return -1;
	phase_count(replay, weight, weight * event->size_bytes, 0);
	/*
	 * A realloc does not change whether a block is counted: a life goes on as it began. Only a
	 * block without a known origin is counted or not by this event.
	 */
	if (thread->is_moving_ignored ||
	    (!goes_on && !is_wanted(replay, thread, path, event->size_bytes))) {
		thread->is_moving_ignored = false;
		replay->ignored.blocks += goes_on ? 0 : weight;
		return block_ignore(replay, thread, path, event, weight);
	}
	replay->totals.reallocs += weight;
	path->reallocs += weight;
	block = block_begin(replay, thread, path, event, weight);
	if (!block)
		return -1;
	if (!event->old_address || replay->sample.mean_bytes)
		return block_lives_begin(&replay->lives, replay->threads.items, thread, block);
	return block_lives_moved(&replay->lives, replay->threads.items, thread, block);
}

/* Handle an allocation that is no realloc of a block. */
static inline int block_make(struct replay *replay, struct thread *thread,
                             const struct event *event)
{
	struct call_path *path = path_here(replay, thread, event->time_end);
	uint32_t weight = path ? weight_of(replay, path, event) : 0;
	const struct block *block;

	if (!weight)
		return -1;
	phase_count(replay, weight, weight * event->size_bytes, 0);
	if (!is_wanted(replay, thread, path, event->size_bytes)) {
		replay->ignored.blocks += weight;
		return block_ignore(replay, thread, path, event, weight);
	}
	replay->totals.callocs += event->op == OP_CALLOC ? weight : 0;
	replay->totals.aligned += event->op == OP_ALIGNED ? weight : 0;
	block = block_begin(replay, thread, path, event, weight);
	if (block && event->op == OP_CALLOC)
		replay->lives.paths.paths[block->path].pattern.callocs++;
	return block
	           ? block_lives_begin(&replay->lives, replay->threads.items, thread, block)
	           : -1;
}

/* Count an allocation that returned NULL at its call path; no block begins. */
static int allocation_failed(struct replay *replay, struct thread *thread,
                             const struct event *event)
{
	struct call_path *path = path_here(replay, thread, event->time_end);

	uint32_t weight = path ? weight_of(replay, path, event) : 0;

	if (!weight)
		return -1;
	if (!is_wanted(replay, thread, path, event->size_bytes))
		return 0;
	thread->failed += weight;
	replay->totals.failed += weight;
	path->failed += weight;
	return 0;
}

static inline int event_replay(struct replay *replay, struct thread *thread,
                               const struct event *event)
{
	switch (event->op) {
	case OP_CALLOC:
	case OP_ALIGNED:
	case OP_MALLOC: return block_make(replay, thread, event);
	case OP_FREE: return block_free(replay, thread, event);
	case OP_REALLOC:
		if (move_out(replay, thread, event))
			return -1;
		return move_in(replay, thread, event);
	case EVENT_MOVE_OUT: return move_out(replay, thread, event);
	case EVENT_MOVE_IN: return move_in(replay, thread, event);
	case OP_FAILED: return allocation_failed(replay, thread, event);
	}
	return 0;
}

static bool is_mapping_wanted(const struct replay *replay, const struct thread *thread,
                              uint32_t path, const struct stack_record *record)
{
	return !replay->is_chosen ||
	       (!thread->is_unwanted &&
	        block_choice_has_mapping(replay->choice, path,
	                                 mappings_bytes(&replay->mappings, record)) &&
	        (replay->choice->phase == PHASE_NUMBER_NONE ||
	         phase_cursor_is_in(&replay->phase_now, replay->choice->phase)));
}

/* A call has mapped or unmapped memory, on the stack of the STACK record before. */
static int mapping_replay(struct replay *replay, struct thread *thread,
                          const struct stack_record *record, uint64_t time)
{
	uint32_t node, path;

	if (replay->is_of_stacks)
		return 0;
	/* also of calls that do not count: the numbers of paths are those of all calls */
	node = stack_nodes(replay, thread_strand(thread), time);
	path = node == CALL_NODE_NONE ? 0 : mappings_path(&replay->mappings, node);
	if (!path)
		return -1;
	if (!is_mapping_wanted(replay, thread, path, record))
		path = 0;
	return mappings_record(&replay->mappings, path, record, time, &thread->moving_kind);
}

/* A record about the thread and its stack. */
static int record_replay(struct replay *replay, struct thread *thread,
                         const struct stack_record *record, uint64_t time)
{
	switch (record->kind) {
	case CONTROL_NAME:
		thread_name_set(thread, record->name.text, record->name.time);
		return 0;
	case CONTROL_MAPPING: return mapping_replay(replay, thread, record, time);
	case CONTROL_GOROUTINE:
		if (strand_set(&replay->threads, thread, record))
			return -1;
		if (replay->is_chosen && replay->choice->has_threads)
			thread->strand->is_unwanted = !thread_choice_has_strand(
				&replay->choice->threads, thread, thread->strand);
		return 0;
	default: break;
	}
	/* the first thread writes it when the process ends: its cache lasts until then */
	if (record->kind == CONTROL_TOUCHED && thread->serial != FIRST_THREAD)
		thread_caches_end(&replay->kept.caches, thread->index);
	return stack_depths_record(&replay->stacks, thread, record, time);
}

/* An event changes the frames of the strand that it belongs to. */
static inline int frames_replay(struct replay *replay, struct thread *thread,
                                struct thread *strand, const struct event *event,
                                const uint32_t *locations)
{
	struct strand_change change;
	bool is_doubted = false;

	/* The second half of a realloc is no event of its own. */
	if (event->op != EVENT_MOVE_IN) {
		strand->sequence++;
		thread->position++;
		replay->totals.events++;
		if (unlikely(thread->is_carrier)) {
			if (strand_follow(thread, event, locations, &change))
				return -1;
			event = &change.event;
			locations = change.locations;
		}
		is_doubted = event_is_doubted(event, strand->copies_stacks);
		replay->totals.plain += is_doubted && !event->compared;
		replay->totals.compared += is_doubted && event->compared;
	}
	if ((event->popped || event->pushed || is_doubted ||
	     (source_stack_again(strand) && event->op != EVENT_MOVE_IN)) &&
	    source_stack_event(replay->sources, strand, event, locations, is_doubted))
		return -1;
	return 0;
}

/*
 * For each event: record a doubt while the thread still has the frames that it concerns, then
 * change the stack, then advance the time (probes see what was live before the event), and only
 * then change the blocks. Frame numbers of the events were checked by the decoder.
 */
int replay_slice(struct replay *replay, const struct event_slice *slice)
{
	const struct event *event = slice->events, *end = event + slice->count;
	struct thread *thread, *strand;

	if (event->op == EVENT_RUN)
		return run_begin(replay, slice);
	thread = *slice->user;
	if (event->op == EVENT_STACK_RECORD)
		return record_replay(replay, thread, slice->record, event->time);
	strand = thread_strand(thread);
	strand->labels = thread->carried_labels;
	for (; event < end; event++) {
		if (frames_replay(replay, thread, strand, event,
		                  slice->locations + event->frame_first))
			return -1;
		if (replay->is_of_stacks)
			continue;
		if (replay->phases)
			phase_cursor_at(&replay->phase_now, replay->phases, event->time);
		if (event->time >= replay->due)
			time_advance(replay, event->time);
		if (unlikely(replay->totals.events >= replay->growth.event_due))
			growth_fill_events(&replay->growth, &replay->paths);
		if (event_replay(replay, strand, event))
			return -1;
	}
	if (event[-1].time_end > replay->totals.time_last)
		replay->totals.time_last = event[-1].time_end;
	return 0;
}

int replay_finish(struct replay *replay)
{
	size_t i;

	if (replay->phases && replay->phases->seen > replay->totals.time_last)
		replay->totals.time_last = replay->phases->seen;
	time_advance(replay, replay->totals.time_last);
	growth_finish(&replay->growth, &replay->paths, replay->totals.time_last);
	if (block_lives_finish(&replay->lives, &replay->live))
		return -1;
	for (i = 1; i < replay->paths.count; i++) {
		/* Paths that did not change since the peak still lack their share of it. */
		live_share_touch(&replay->paths, &replay->paths.paths[i].share);
		replay->totals.crossed += replay->lives.paths.paths[i].crossed_blocks;
		path_life_crowd(&replay->lives.paths.paths[i]);
	}
	labels_finish(&replay->threads.labels, &replay->paths);
	for (i = 0; i < replay->threads.count; i++)
		live_share_touch(&replay->paths, &replay->threads.items[i]->share);
	return replay->probes.large.is_failed || replay->growth.is_failed ||
	               replay->kept.is_failed
	           ? -1
	           : stack_depths_finish(&replay->stacks);
}
