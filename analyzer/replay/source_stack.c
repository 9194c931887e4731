/* replay/source_stack.c - what became of a thread's source frames. */
#include "replay/source_stack.h"

#include "base/array.h"

#define LEVEL_FRAMES_MAX ((SOURCE_JUMPS_MAX + 1) * SOURCE_CHAIN_MAX)

/* Frames that an event pushes onto the outer `kept` ones of the thread. */
struct pushed {
	uint32_t kept, count;
	uint32_t locations[LEVEL_FRAMES_MAX];
};

/* Add the source locations of a machine location, from position `from` on. */
static int pushed_add(struct source_map *map, struct pushed *pushed, uint32_t location,
                      uint32_t from)
{
	const struct machine_source *source = source_map_machine(map, location);
	uint32_t i;

	if (!source)
		return -1;
	for (i = from; i < source->count && pushed->count < LEVEL_FRAMES_MAX; i++)
		pushed->locations[pushed->count++] = map->chains[source->first + i];
	return 0;
}

/*
 * The next frame is of a function that the compiler split off the one that calls it, or jumps
 * to it: it continues that one's frame, and replaces it. `least`: frames that stay.
 */
static void part_enter(const struct source_map *map, struct pushed *pushed,
                       uint32_t location, uint32_t least)
{
	if (!map->machine[location].is_part)
		return;
	if (pushed->count)
		pushed->count--;
	else if (pushed->kept > least)
		pushed->kept--;
}

/* Add the frames of functions that jumped; `least` as above. */
static int jumps_add(struct source_map *map, struct pushed *pushed,
                     const uint32_t *jumps, int count, uint32_t least)
{
	int i;

	for (i = 0; i < count; i++) {
		part_enter(map, pushed, jumps[i], least);
		if (pushed_add(map, pushed, jumps[i], 0))
			return -1;
	}
	return 0;
}

static int pushed_give(struct thread *thread, struct pushed *pushed)
{
	int result = thread_stack_push(thread, pushed->kept, pushed->locations,
	                               pushed->count);

	pushed->kept += pushed->count;
	pushed->count = 0;
	return result;
}

/*
 * A machine frame ended, as far as the event shows, or began: so did all functions inlined in
 * it.
 */
static void level_gone(struct source_map *map, const struct level *level)
{
	if (map->machine[level->location].ended)
		source_map_ended(map, level->location, 0);
}

/* ---- the frame whose call changed ---------------------------------------------------- */

/*
 * The doubts about a frame that kept `most` inlined instances, as far as is believed: that the
 * run speaks for it, or that it does not.
 */
static int transition_doubt(const struct source_map *map, struct thread *thread,
                            const struct level *level, const struct transition *change,
                            uint32_t most)
{
	uint32_t sure = 0, kept = level->own + most;
	struct doubt_list *list = &thread->open;
	uint64_t left = change->kept;

	if (change->kept && !(change->kept & (change->kept - 1)))
		return 0;
	if (change->kept) {
		left = source_map_supported(map, level->location, change->to, change->kept);
		list = left & (left - 1) ? &thread->open : &thread->supported;
		sure = (uint32_t)__builtin_ctzll(list == &thread->open ? left : change->kept);
	}
	return thread_stack_doubt(thread, list, level->own + sure, thread->depth - kept);
}

/* The instances that last under other numbers keep the events at which they began. */
static int merged_push(struct source_map *map, struct thread *thread,
                       struct pushed *pushed, uint32_t to, uint32_t kept,
                       uint32_t merged)
{
	uint64_t sequences[SOURCE_CHAIN_MAX];
	uint32_t first = pushed->kept, i;

	for (i = 0; i < merged; i++)
		sequences[i] = thread->stack[first + i].sequence;
	if (pushed_add(map, pushed, to, kept) || pushed_give(thread, pushed))
		return -1;
	for (i = 0; i < merged; i++)
		thread->stack[first + i].sequence = sequences[i];
	return 0;
}

/*
 * The machine frame of a level was at one location and is at `to` now, in the same function.
 * Without an answer all that may have lasted is believed to have.
 */
static int frame_move(struct source_map *map, struct thread *thread,
                      struct pushed *pushed, const struct level *level, uint32_t to,
                      const struct transition *change)
{
	uint32_t most = change->kept ? 63 - (uint32_t)__builtin_clzll(change->kept)
	                             : change->common;
	uint32_t merged = most == change->common ? change->merged : 0;
	/* what seems to have ended here may be the function that is missing at a vague call */
	bool is_hidden = map->machine[to].is_vague && most == change->common &&
	                 map->machine[level->location].count - 1 > most + merged;

	if (change->common && transition_doubt(map, thread, level, change, most))
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
	pushed->kept = level->own + most;
	return merged_push(map, thread, pushed, to, most, merged);
}

/* The functions between the caller of level `at` and the function of `to`, which jumped. */
static int callers_add(struct source_map *map, const struct thread *thread,
                       struct pushed *pushed, uint32_t at, uint32_t to)
{
	uint32_t jumps[SOURCE_JUMPS_MAX];
	int count;

	if (!at)
		return 0;
	count = source_map_jumps(map, thread->levels[at - 1].location,
	                         map->machine[to].function, jumps);
	return count < 0 || jumps_add(map, pushed, jumps, count, thread->levels[at - 1].own)
	           ? -1
	           : 0;
}

/*
 * The call of level `at` changed. If it is in another function now, the function before jumped
 * there: it still runs, in the source, if the way is known.
 */
static int level_move(struct source_map *map, struct thread *thread,
                      struct pushed *pushed, uint32_t at, uint32_t to)
{
	struct level level = thread->levels[at];
	uint32_t jumps[SOURCE_JUMPS_MAX];
	struct transition change;
	int count = 0;

	if (!source_map_machine(map, to) ||
	    source_map_transition(map, level.location, to, &change))
		return -1;
	if (change.is_same)
		return frame_move(map, thread, pushed, &level, to, &change);
	if (map->machine[level.location].function &&
	    map->machine[level.location].module == map->machine[to].module)
		count = source_map_jumps_of(map, map->machine[to].module,
		                            map->machine[level.location].function,
		                            map->machine[to].function, jumps);
	if (count < 0)
		return -1;
	if (!count) {
		level_gone(map, &level);
		source_map_begun(map, to, 0);
		pushed->kept = level.first;
		return callers_add(map, thread, pushed, at, to) ||
		               pushed_add(map, pushed, to, 0)
		           ? -1
		           : 0;
	}
	if (source_map_transition(map, level.location, jumps[0], &change) ||
	    frame_move(map, thread, pushed, &level, jumps[0], &change) ||
	    jumps_add(map, pushed, jumps + 1, count - 1, level.own))
		return -1;
	part_enter(map, pushed, to, level.own);
	return pushed_add(map, pushed, to, 0);
}

/* ---- new levels -------------------------------------------------------------------- */

/*
 * A level for a call in a frame that is new. `is_cut`: frames are missing between it and its
 * caller.
 */
static int level_push(struct source_map *map, struct thread *thread,
                      struct pushed *pushed, uint32_t at, uint32_t to, bool is_cut)
{
	struct level *level = &thread->levels[at];
	const struct machine_source *source = source_map_machine(map, to);

	if (!source)
		return -1;
	*level = (struct level){ .sequence = thread->sequence, .location = to };
	if (at && !is_cut) {
		if (callers_add(map, thread, pushed, at, to))
			return -1;
		part_enter(map, pushed, to, thread->levels[at - 1].own);
	}
	level->first = pushed->kept;
	level->own = pushed->kept + pushed->count;
	source_map_begun(map, to, 0);
	return pushed_add(map, pushed, to, 0) || pushed_give(thread, pushed) ? -1 : 0;
}

/* The innermost call is of a function that jumped to the allocator: it has a frame, too. */
static int innermost_push(struct source_map *map, struct thread *thread,
                          struct pushed *pushed)
{
	uint32_t jumps[SOURCE_JUMPS_MAX];
	const struct level *last;
	int count;

	if (!thread->level_count)
		return 0;
	last = &thread->levels[thread->level_count - 1];
	if (!map->machine[last->location].called)
		return 0;
	count = source_map_jumps(map, last->location, 0, jumps);
	if (count < 0 || jumps_add(map, pushed, jumps, count, last->own))
		return -1;
	return pushed_give(thread, pushed);
}

/*
 * The event ended frames and began none: its innermost call was in progress before. What it
 * called still runs, and has jumped to the allocator.
 */
static int level_jumped(struct source_map *map, struct thread *thread,
                        struct pushed *pushed, uint32_t at)
{
	struct level level = thread->levels[at];
	const struct machine_source *source = &map->machine[level.location];
	uint32_t jumps[SOURCE_JUMPS_MAX];
	struct transition change;
	int count = 0;

	pushed->kept = level.first;
	if (source->function)
		count = source_map_jumps_of(map, source->module, source->function, 0, jumps);
	if (count <= 0) {
		level_gone(map, &level);
		return count;
	}
	if (source_map_transition(map, level.location, jumps[0], &change) ||
	    frame_move(map, thread, pushed, &level, jumps[0], &change) ||
	    jumps_add(map, pushed, jumps + 1, count - 1, level.own))
		return -1;
	return pushed_give(thread, pushed);
}

/* Put the frame back that a split-off function replaced: that function has ended. */
static int part_restore(struct source_map *map, struct thread *thread,
                        struct pushed *pushed, uint32_t at)
{
	const struct level *caller = &thread->levels[at - 1];
	const struct machine_source *source = &map->machine[caller->location];
	uint64_t sequence = caller->sequence;

	if (pushed->kept != thread->levels[at].first ||
	    pushed->kept >= caller->own + source->count)
		return 0;
	pushed->kept = caller->own + source->count - 1;
	if (pushed_add(map, pushed, caller->location, source->count - 1) ||
	    pushed_give(thread, pushed))
		return -1;
	thread->stack[pushed->kept - 1].sequence = sequence;
	return 0;
}

/* The frames of level `keep`, whose call changed, or has jumped. */
static int level_change(struct source_map *map, struct thread *thread,
                        struct pushed *pushed, uint32_t keep, const uint32_t *to)
{
	struct level *level = &thread->levels[keep];

	if (to) {
		if (level_move(map, thread, pushed, keep, *to) || pushed_give(thread, pushed))
			return -1;
		level->own = thread->depth - map->machine[*to].count;
		level->sequence = thread->sequence;
		level->location = *to;
		level->is_cut = false;
		return 0;
	}
	if (!keep) {
		level_gone(map, level);
		pushed->kept = 0;
		return 0;
	}
	return level_jumped(map, thread, pushed, keep) || pushed_give(thread, pushed) ||
	               part_restore(map, thread, pushed, keep)
	           ? -1
	           : 0;
}

/* End and push frames from level `keep` on. `cut`: 1 + the level with an unknown caller. */
static int levels_change(struct source_map *map, struct thread *thread, uint32_t keep,
                         const uint32_t *locations, uint32_t count, uint32_t cut)
{
	struct pushed pushed;
	uint32_t i = 0, at;

	if (array_reserve(thread->levels, thread->level_capacity, keep + count))
		return -1;
	pushed.kept = pushed.count = 0;
	if (keep < thread->level_count) {
		for (at = keep + 1; at < thread->level_count; at++)
			level_gone(map, &thread->levels[at]);
		if (level_change(map, thread, &pushed, keep, count ? locations : NULL))
			return -1;
		i = count != 0;
	} else if (keep) {
		at = keep - 1;
		pushed.kept = thread->levels[at].own +
		              map->machine[thread->levels[at].location].count;
	}
	for (; i < count; i++) {
		if (level_push(map, thread, &pushed, keep + i, locations[i],
		               cut == keep + i + 1))
			return -1;
	}
	thread->level_count = keep + count;
	if (count && innermost_push(map, thread, &pushed))
		return -1;
	thread->depth = pushed.kept;
	return 0;
}

int source_stack_event(struct source_map *map, struct thread *thread,
                       const struct event *event, const uint32_t *locations,
                       bool is_doubted)
{
	uint32_t keep = thread->level_count - event->popped, sure = event->sure;

	if (is_doubted &&
	    thread_stack_doubt(thread, &thread->doubts,
	                       sure < thread->level_count ? thread->levels[sure].first
	                                                  : thread->depth,
	                       sure && sure < keep ? 0 : thread->depth))
		return -1;
	if (!event->popped && !event->pushed)
		return 0;
	if (levels_change(map, thread, keep, locations, event->pushed, event->gap))
		return -1;
	if (event->gap)
		source_stack_cut(thread, event->gap - 1);
	return 0;
}

int source_stack_restart(struct source_map *map, struct thread *thread,
                         const uint32_t *locations, uint32_t count)
{
	if (thread_stack_doubt(thread, &thread->doubts, 0, thread->depth))
		return -1;
	thread->level_count = thread->depth = 0;
	return levels_change(map, thread, 0, locations, count, 0);
}

void source_stack_cut(struct thread *thread, uint32_t level)
{
	if (level >= thread->level_count)
		return;
	thread->levels[level].is_cut = true;
	thread_stack_cut(thread, thread->levels[level].first);
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
