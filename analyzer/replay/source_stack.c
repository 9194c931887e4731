/*
 * replay/source_stack.c - what became of a thread's source frames.
 *
 * Long, because every way in which frames begin and end changes one stack.
 */
#include "replay/source_stack.h"

#include "base/array.h"

/* frames_push() of a location that was met. */
static inline int chain_push(const struct source_map *map, struct thread *thread,
                             uint32_t *depth, const struct machine_source *source,
                             uint32_t from)
{
	const uint32_t *chain = map->chains + source->first + from;
	const uint32_t *end = map->chains + source->first + source->count;
	uint64_t hash, sequence = thread->sequence;
	uint32_t count = source->count - from;
	struct frame *frame;

	if (*depth + count > thread->stack_capacity &&
	    thread_stack_reserve(thread, *depth + count))
		return -1;
	frame = thread->stack + *depth;
	hash = *depth ? frame[-1].hash : CALL_HASH_ROOT;
	*depth += count;
	for (; chain < end; chain++, frame++) {
		hash = call_hash(hash, *chain);
		*frame = (struct frame){ .hash = hash,
			                     .sequence = sequence,
			                     .location = *chain,
			                     .node = CALL_NODE_NONE };
	}
	return 0;
}

/*
 * Push the source frames of a machine location, from position `from` on, onto the outer *depth
 * frames; *depth becomes their number.
 */
static inline int frames_push(struct source_map *map, struct thread *thread,
                              uint32_t *depth, uint32_t location, uint32_t from)
{
	const struct machine_source *source = source_map_machine(map, location);

	return source ? chain_push(map, thread, depth, source, from) : -1;
}

/*
 * The next frame is of a function that the compiler split off the one that calls it, or jumps
 * to it: it continues that one's frame, and replaces it. `least`: frames that stay.
 */
static inline void part_enter(const struct source_map *map, uint32_t *depth,
                              uint32_t location, uint32_t least)
{
	if (map->machine[location].is_part && *depth > least)
		--*depth;
}

/* Push the source frames of functions that jumped, outermost first; `least` as above. */
static int jumps_push(struct source_map *map, struct thread *thread, uint32_t *depth,
                      const uint32_t *jumps, int count, uint32_t least)
{
	int i;

	for (i = 0; i < count; i++) {
		part_enter(map, depth, jumps[i], least);
		if (frames_push(map, thread, depth, jumps[i], 0))
			return -1;
	}
	return count < 0 ? -1 : 0;
}

/*
 * A machine frame ended, as far as the event shows, or began: so did all functions inlined in
 * it.
 */
static inline void level_gone(struct source_map *map, const struct level *level)
{
	if (map->machine[level->location].ended)
		source_map_ended(map, level->location, 0);
}

/*
 * Levels from `first` on end. What their ends show is new only for those below thread->unsettled.
 */
static inline void levels_gone(struct source_map *map, struct thread *thread,
                               uint32_t first)
{
	uint32_t at;

	for (at = first; at < thread->unsettled; at++)
		level_gone(map, &thread->levels[at]);
	if (thread->unsettled > first)
		thread->unsettled = first;
}

/* The end of a call at this location would show something new. */
static inline void level_unsettled(const struct source_map *map, struct thread *thread,
                                   uint32_t at, uint32_t location)
{
	if (map->machine[location].ended && thread->unsettled <= at)
		thread->unsettled = at + 1;
}

/* Machine frames are missing between level `level` and its caller. */
static void level_cut(struct thread *thread, uint32_t level)
{
	if (level >= thread->level_count)
		return;
	thread->levels[level].is_cut = true;
	thread_stack_cut(thread, thread->levels[level].first);
}

/* ---- the frame whose call changed ---------------------------------------------------- */

/*
 * The doubt about a frame that kept `most` inlined instances, as far as is believed: that the
 * run speaks for it, or that it does not.
 */
static void transition_weigh(const struct source_map *map, uint32_t from,
                             struct transition *change, uint32_t most)
{
	uint64_t left;

	change->most = (uint8_t)most;
	change->doubt = DOUBT_NONE;
	if (!change->common || (change->kept && !(change->kept & (change->kept - 1))))
		return;
	change->doubt = DOUBT_OPEN;
	change->sure = 0;
	if (!change->kept)
		return;
	left = source_map_supported(map, from, change);
	if (!(left & (left - 1)))
		change->doubt = DOUBT_SUPPORTED;
	change->sure = (uint8_t)__builtin_ctzll(change->doubt == DOUBT_OPEN ? left
	                                                                    : change->kept);
}

/* Record the doubt that transition_weigh() has found. */
static inline int transition_doubt(struct thread *thread, const struct level *level,
                                   const struct transition *change)
{
	if (change->doubt == DOUBT_NONE)
		return 0;
	return thread_stack_doubt(
		thread, change->doubt == DOUBT_OPEN ? &thread->open : &thread->supported,
		level->own + change->sure, thread->depth - level->own - change->most);
}

/* The instances that last under other numbers keep the events at which they began. */
static int merged_push(struct source_map *map, struct thread *thread, uint32_t *depth,
                       uint32_t to, uint32_t kept, uint32_t merged)
{
	uint64_t sequences[SOURCE_CHAIN_MAX];
	uint32_t first = *depth, i;

	for (i = 0; i < merged; i++)
		sequences[i] = thread->stack[first + i].sequence;
	if (frames_push(map, thread, depth, to, kept))
		return -1;
	for (i = 0; i < merged; i++)
		thread->stack[first + i].sequence = sequences[i];
	return 0;
}

/*
 * The machine frame of a level was at one location and is at `to` now, in the same function.
 * Without an answer all that may have lasted is believed to have.
 */
static int frame_move(struct source_map *map, struct thread *thread, uint32_t *depth,
                      const struct level *level, struct transition *change)
{
	uint32_t to = change->to, most = change->common, merged;
	bool is_hidden;

	if (change->kept)
		most = 63 - (uint32_t)__builtin_clzll(change->kept);
	merged = most == change->common ? change->merged : 0;
	/* what seems to have ended here may be the function that is missing at a vague call */
	is_hidden = map->machine[to].is_vague && most == change->common &&
	            map->machine[level->location].count - 1 > most + merged;
	transition_weigh(map, level->location, change, most);
	if (transition_doubt(thread, level, change))
		return -1;
	if (is_hidden && thread_stack_doubt(thread, &thread->open, level->own + most,
	                                    thread->depth - level->own - most))
		return -1;
	/* whichever answer is true, what is further in than the most that it keeps has ended */
	if (change->kept) {
		if (!is_hidden && map->machine[level->location].ended > most + merged)
			source_map_ended(map, level->location, most + merged);
		if (map->machine[to].begun > most + merged)
			source_map_begun(map, to, most + merged);
	}
	change->is_simple = !merged && !is_hidden;
	*depth = level->own + most;
	return merged ? merged_push(map, thread, depth, to, most, merged)
	              : frames_push(map, thread, depth, to, most);
}

/*
 * The function of `to` as one that code of `module` jumps to. Functions of other modules have
 * numbers of their own there: a jump out of the module is one to function 0, wherever it leads.
 */
static inline uint32_t function_seen_from(const struct source_map *map, uint32_t module,
                                          uint32_t to)
{
	return map->machine[to].module == module ? map->machine[to].function : 0;
}

/* The functions between the caller of level `at` and the function of `to`, which jumped. */
static inline int callers_push(struct source_map *map, struct thread *thread,
                               uint32_t *depth, uint32_t at, uint32_t to)
{
	uint32_t jumps[SOURCE_JUMPS_MAX], from, function;

	if (!at)
		return 0;
	from = thread->levels[at - 1].location;
	function = function_seen_from(map, map->machine[from].module, to);
	if (!source_map_may_jump(map, from, function))
		return 0;
	return jumps_push(map, thread, depth, jumps,
	                  source_map_jumps(map, from, function, jumps),
	                  thread->levels[at - 1].own);
}

/*
 * The function of a level jumped, and it is not known from where: from any of those inlined in
 * it, which may still run, in the source.
 */
static int unknown_jump(struct source_map *map, struct thread *thread,
                        const struct level *level)
{
	level_gone(map, level);
	return map->machine[level->location].count > 1
	           ? thread_stack_doubt(thread, &thread->open, level->first,
	                                thread->depth - level->first)
	           : 0;
}

/*
 * The call of a level is in another function now. If the way is known, the function before
 * jumped there: in the source it still runs. No function jumped over a gap: what is further in was
 * called by a function that is missing.
 */
static int function_move(struct source_map *map, struct thread *thread, uint32_t *depth,
                         uint32_t at, uint32_t to, bool is_cut)
{
	struct level level = thread->levels[at];
	const struct machine_source *from = &map->machine[level.location];
	uint32_t jumps[SOURCE_JUMPS_MAX];
	struct transition *change;
	int count = 0;

	if (from->function && !is_cut)
		count = source_map_jumps_of(map, from->module, from->function,
		                            function_seen_from(map, from->module, to), jumps);
	if (count < 0)
		return -1;
	if (!count) {
		if (unknown_jump(map, thread, &level))
			return -1;
		source_map_begun(map, to, 0);
		*depth = level.first;
		return is_cut ? 0 : callers_push(map, thread, depth, at, to);
	}
	change = source_map_transition(map, level.location, jumps[0]);
	if (!change || frame_move(map, thread, depth, &level, change) ||
	    jumps_push(map, thread, depth, jumps + 1, count - 1, level.own))
		return -1;
	part_enter(map, depth, to, level.own);
	return 0;
}

/* level_move() for a change that is not as simple as the last one from there. */
static int level_move_slowly(struct source_map *map, struct thread *thread,
                             uint32_t *depth, uint32_t at, uint32_t to, bool is_cut)
{
	struct level *level = &thread->levels[at];
	struct transition *change;

	if (!source_map_machine(map, to))
		return -1;
	change = source_map_transition(map, level->location, to);
	if (!change)
		return -1;
	if (change->is_same)
		return frame_move(map, thread, depth, level, change);
	return function_move(map, thread, depth, at, to, is_cut) ||
	               frames_push(map, thread, depth, to, 0)
	           ? -1
	           : 0;
}

/*
 * The call of level `at` changed. Most changes are those that the same call saw last, and show
 * nothing new: then only the frames that are new are pushed. `is_cut` as in level_push().
 */
static inline int level_move(struct source_map *map, struct thread *thread,
                             uint32_t *depth, uint32_t at, uint32_t to, bool is_cut)
{
	struct level *level = &thread->levels[at];
	const struct transition *change = &map->machine[level->location].recent;

	if (change->to == to && change->is_simple &&
	    (change->doubt == DOUBT_NONE || !change->kept ||
	     change->evidence == map->evidence)) {
		if (transition_doubt(thread, level, change))
			return -1;
		*depth = level->own + change->most;
		if (chain_push(map, thread, depth, &map->machine[to], change->most))
			return -1;
	} else if (level_move_slowly(map, thread, depth, at, to, is_cut)) {
		return -1;
	}
	level_unsettled(map, thread, at, to);
	level->own = *depth - map->machine[to].count;
	level->sequence = thread->sequence;
	level->location = to;
	level->is_cut = false;
	return 0;
}

/* ---- new levels -------------------------------------------------------------------- */

/*
 * A level for a call in a frame that is new. `is_cut`: frames are missing between it and its
 * caller.
 */
static inline int level_push(struct source_map *map, struct thread *thread,
                             uint32_t *depth, uint32_t at, uint32_t to, bool is_cut)
{
	struct level *level = &thread->levels[at];

	if (!source_map_machine(map, to))
		return -1;
	*level = (struct level){ .sequence = thread->sequence,
		                     .location = to,
		                     .first = *depth };
	if (at && !is_cut) {
		if (callers_push(map, thread, depth, at, to))
			return -1;
		part_enter(map, depth, to, thread->levels[at - 1].own);
		if (level->first > *depth)
			level->first = *depth;
	}
	level_unsettled(map, thread, at, to);
	level->own = *depth;
	if (map->machine[to].begun)
		source_map_begun(map, to, 0);
	return frames_push(map, thread, depth, to, 0);
}

/* The innermost call is of a function that jumped to the allocator: it has a frame, too. */
static inline int innermost_push(struct source_map *map, struct thread *thread,
                                 uint32_t *depth)
{
	uint32_t last = thread->levels[thread->level_count - 1].location;
	uint32_t jumps[SOURCE_JUMPS_MAX];

	if (!source_map_may_jump(map, last, 0))
		return 0;
	return jumps_push(map, thread, depth, jumps, source_map_jumps(map, last, 0, jumps),
	                  thread->levels[thread->level_count - 1].own);
}

/*
 * The event ended frames and began none: its innermost call was in progress before. What it
 * called still runs, and has jumped to the allocator.
 */
static int level_jumped(struct source_map *map, struct thread *thread, uint32_t *depth,
                        uint32_t at)
{
	struct level level = thread->levels[at];
	const struct machine_source *source = &map->machine[level.location];
	uint32_t jumps[SOURCE_JUMPS_MAX];
	struct transition *change;
	int count = 0;

	*depth = level.first;
	if (source->function)
		count = source_map_jumps_of(map, source->module, source->function, 0, jumps);
	if (count < 0)
		return -1;
	if (!count)
		return unknown_jump(map, thread, &level);
	change = source_map_transition(map, level.location, jumps[0]);
	if (!change || frame_move(map, thread, depth, &level, change))
		return -1;
	return jumps_push(map, thread, depth, jumps + 1, count - 1, level.own);
}

/* Put the frame back that a split-off function replaced: that function has ended. */
static int part_restore(struct source_map *map, struct thread *thread, uint32_t *depth,
                        uint32_t at)
{
	const struct level *caller = &thread->levels[at - 1];
	uint32_t count = map->machine[caller->location].count;
	uint64_t sequence = caller->sequence;

	if (*depth != thread->levels[at].first || *depth >= caller->own + count)
		return 0;
	*depth = caller->own + count - 1;
	if (frames_push(map, thread, depth, caller->location, count - 1))
		return -1;
	thread->stack[*depth - 1].sequence = sequence;
	return 0;
}

/*
 * The event began no frame, and ended those further in than level `keep`, whose call was in
 * progress before.
 */
static int levels_end(struct source_map *map, struct thread *thread, uint32_t *depth,
                      uint32_t keep)
{
	if (!keep) {
		level_gone(map, &thread->levels[0]);
		return 0;
	}
	return level_jumped(map, thread, depth, keep) ||
	               part_restore(map, thread, depth, keep)
	           ? -1
	           : 0;
}

/* The levels with an unknown caller. */
struct gaps {
	const uint32_t *levels;
	uint32_t count;
};

static inline bool gaps_have(const struct gaps *gaps, uint32_t level)
{
	uint32_t i;

	for (i = 0; i < gaps->count; i++) {
		if (gaps->levels[i] == level)
			return true;
	}
	return false;
}

/*
 * End and push frames from level `keep` on. If no level ended, the innermost call was of the
 * allocator, or of a function that jumped there, so it is over: the same call was made again.
 * What it called then had other frames.
 */
static inline int levels_change(struct source_map *map, struct thread *thread,
                                uint32_t keep, const uint32_t *locations,
                                uint32_t count, const struct gaps *gaps)
{
	bool is_again = keep >= thread->level_count, is_cut;
	uint32_t first = keep - is_again, i = !is_again && count, depth = 0;

	if (array_reserve(thread->levels, thread->level_capacity, keep + count))
		return -1;
	levels_gone(map, thread, keep + 1);
	if (is_again ? keep : count) {
		is_cut = is_again ? thread->levels[first].is_cut : gaps_have(gaps, first);
		if (level_move(map, thread, &depth, first,
		               is_again ? thread->levels[first].location : locations[0],
		               is_cut))
			return -1;
		if (is_again && is_cut)
			level_cut(thread, first);
	} else if (!is_again && levels_end(map, thread, &depth, keep)) {
		return -1;
	}
	for (; i < count; i++) {
		if (level_push(map, thread, &depth, keep + i, locations[i],
		               gaps_have(gaps, keep + i)))
			return -1;
	}
	thread->level_count = keep + count;
	if ((count || (keep && is_again)) && innermost_push(map, thread, &depth))
		return -1;
	thread->depth = depth;
	for (i = 0; i < gaps->count; i++)
		level_cut(thread, gaps->levels[i]);
	return 0;
}

int source_stack_event(struct source_map *map, struct thread *thread,
                       const struct event *event, const uint32_t *locations,
                       bool is_doubted)
{
	/* In a damaged recording runs of one thread overlap: chunks do not know of each other. */
	uint32_t popped = event->popped < thread->level_count ? event->popped
	                                                      : thread->level_count;
	uint32_t keep = thread->level_count - popped, sure = event->sure;
	uint32_t gap = event->gap - 1;
	const struct gaps gaps = { &gap, event->gap != 0 };

	if (is_doubted &&
	    thread_stack_doubt(
			thread, event->compared ? &thread->compared : &thread->doubts,
			sure < thread->level_count ? thread->levels[sure].first : thread->depth,
			sure && sure < keep ? 0 : thread->depth))
		return -1;
	if (!popped && !event->pushed && !source_stack_again(thread))
		return 0;
	return levels_change(map, thread, keep, locations, event->pushed, &gaps);
}

int source_stack_restart(struct source_map *map, struct thread *thread,
                         const uint32_t *locations, uint32_t count,
                         const uint32_t *gaps, uint32_t gap_count)
{
	if (thread_stack_doubt(thread, &thread->doubts, 0, thread->depth))
		return -1;
	thread->level_count = thread->depth = thread->unsettled = 0;
	return count ? levels_change(map, thread, 0, locations, count,
	                             &(struct gaps){ gaps, gap_count })
	             : 0;
}

uint64_t source_stack_vague(const struct source_map *map, const struct thread *thread)
{
	uint64_t vague = 0;
	uint32_t i;

	for (i = 0; i < thread->depth; i++) {
		if (map->locations[thread->stack[thread->depth - 1 - i].location].is_vague)
			vague |= UINT64_C(1) << (i < 63 ? i : 63);
	}
	return vague;
}
