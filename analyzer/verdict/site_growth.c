/* verdict/site_growth.c - whether the blocks of a call site become ever more. */
#include "verdict/site_growth.h"

#include "base/array.h"

#include <stdlib.h>

const char *live_kind_text(enum live_kind kind)
{
	static const char *const texts[LIVE_KINDS] = { "growing", "grown", "steady",
		                                           "once" };

	return texts[kind];
}

/* The bytes alive in all call sites at the end of a step. */
static uint64_t step_bytes(const struct growth *growth, unsigned step)
{
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 1; i < growth->count; i++)
		bytes += growth->paths[i].by_time.bytes[step];
	return bytes;
}

/* The bytes live at exit that are older than main. */
static uint64_t early_bytes(const struct replay *replay)
{
	const struct growth *growth = &replay->growth;
	uint64_t eighth = growth->times[1] - growth->times[0], bytes = 0;
	const struct block *block;
	size_t i;

	for (i = 0; i < (size_t)1 << replay->live.bits; i++) {
		block = &replay->live.blocks[i];
		if (replay->live.addresses[i] && block->path &&
		    block->time + eighth < growth->times[0])
			bytes += block->size * block->weight;
	}
	return bytes;
}

/* By how much `part` is of `whole`: no product of figures from the trace may overflow. */
static bool is_at_least(uint64_t part, uint64_t whole, unsigned percent)
{
	return part >= whole / 100 * percent + whole % 100 * percent / 100;
}

/*
 * The step with the peak, if that is one of the last two, and from there to the end less is alive
 * at each step: to free very much takes its time. 0: it is not.
 */
static unsigned peak_step(const struct replay *replay)
{
	const struct growth *growth = &replay->growth;
	unsigned step = GROWTH_END;

	if (replay->paths.peak_time > growth->times[GROWTH_END] ||
	    replay->paths.peak_time <= growth->times[GROWTH_BEFORE - 1])
		return 0;
	if (replay->paths.peak_time <= growth->times[GROWTH_BEFORE])
		step = GROWTH_BEFORE;
	return step == GROWTH_END ||
	               step_bytes(growth, GROWTH_END) <= step_bytes(growth, GROWTH_BEFORE)
	           ? step
	           : 0;
}

/* Find what "the end" is: see is_torn_down. */
static void end_choose(struct site_growths *growths, const struct replay *replay,
                       bool *is_at_peak)
{
	const struct growth *growth = &replay->growth;
	uint64_t before = step_bytes(growth, GROWTH_BEFORE);
	uint64_t end = step_bytes(growth, GROWTH_END), early = early_bytes(replay);
	unsigned step = peak_step(replay);
	uint64_t most = step ? replay->paths.peak_bytes : before;

	growths->half_time = growth->times[GROWTH_HALF];
	growths->late_time = growth->times[GROWTH_BEFORE];
	growths->end_time = growth->times[GROWTH_END];
	growths->end_step = GROWTH_END;
	growths->has_freed_most = !is_at_least(
		end, step == GROWTH_END ? replay->paths.peak_bytes : before, FREED_PERCENT);
	growths->is_torn_down = !is_at_least(end > early ? end - early : 0,
	                                     most > early ? most - early : 0,
	                                     TORN_DOWN_PERCENT);
	*is_at_peak = growths->is_torn_down && step;
	if (growths->is_torn_down)
		growths->end_time = step ? replay->paths.peak_time
		                         : growth->times[GROWTH_BEFORE];
	if (*is_at_peak)
		growths->end_step = step;
}

static uint64_t larger(uint64_t one, uint64_t two)
{
	return one > two ? one : two;
}

static void curve_add(struct growth_curve *to, const struct growth_curve *from)
{
	unsigned step;

	for (step = 0; step < GROWTH_STEPS; step++)
		to->bytes[step] += from->bytes[step];
	to->half_blocks += from->half_blocks;
	to->most_half = larger(to->most_half, from->most_half);
	to->most_late = larger(to->most_late, from->most_late);
}

/* `lives`: NULL if only a sample of them is known. */
static void path_add(struct site_growth *site, const struct call_path *path,
                     const struct life_pattern *lives, const struct path_growth *growth,
                     bool is_at_peak)
{
	curve_add(&site->by_time, &growth->by_time);
	curve_add(&site->by_events, &growth->by_events);
	site->end_blocks += growth->end_blocks;
	site->end_bytes += growth->by_time.bytes[GROWTH_END];
	site->before_blocks += is_at_peak ? path->share.peak_blocks : growth->before_blocks;
	site->before_bytes += is_at_peak ? path->share.peak_bytes
	                                 : growth->by_time.bytes[GROWTH_BEFORE];
	site->moves += path->reallocs;
	if (lives) {
		site->lives += lives->begun;
		site->outgrown += lives->outgrown;
	}
}

/* What main freed before it returned counts as alive at the end. */
static void freed_choose(struct site_growth *site)
{
	if (is_at_least(site->end_bytes, site->before_bytes, FREED_PERCENT))
		return;
	site->is_freed = true;
	site->end_bytes = site->before_bytes;
	site->end_blocks = site->before_blocks;
}

/* By how many bytes a step ended higher than the one before; `last` ends at `end_bytes`. */
static uint64_t rise_of(const struct site_growth *site,
                        const struct growth_curve *curve, unsigned step, unsigned last)
{
	uint64_t before = step ? curve->bytes[step - 1] : 0;
	uint64_t after = step == last ? site->end_bytes : curve->bytes[step];

	return after > before ? after - before : 0;
}

/*
 * Whether nearly all that is alive at the end was made in one eighth of main. Of the first half
 * only what is still there counts: a cache is filled in one go, too.
 */
static bool is_in_one_go(const struct site_growth *site)
{
	uint64_t seen = 0;
	unsigned step;

	for (step = 0; step < GROWTH_STEPS; step++)
		seen += site->born_bytes[step];
	for (step = 0; step < GROWTH_STEPS; step++) {
		if (step <= GROWTH_HALF
		        ? is_at_least(site->born_bytes[step], seen, ONCE_PERCENT)
		        : is_at_least(rise_of(site, &site->by_time, step, GROWTH_END),
		                      site->end_bytes, ONCE_PERCENT))
			return true;
	}
	return false;
}

/* The most bytes alive until half of main. */
static uint64_t half_most(const struct growth_curve *curve)
{
	uint64_t most = curve->most_half;
	unsigned step;

	for (step = 0; step <= GROWTH_HALF; step++)
		most = larger(most, curve->bytes[step]);
	return most;
}

static bool has_gained_blocks(const struct site_growth *site,
                              const struct growth_curve *curve)
{
	return site->end_blocks >= curve->half_blocks + GROWING_BLOCKS_MIN ||
	       site->moves >= GROWING_BLOCKS_MIN;
}

/* The steps in which a rise may be: all of main, or until it freed what it had. */
struct rise_window {
	unsigned half, late, end;
};

static const struct rise_window whole_main = { GROWTH_HALF, GROWTH_LATE, GROWTH_END };

/* Whether it was never as large before as at the end, and went on growing until then. */
static bool is_rising(const struct site_growth *site, const struct growth_curve *curve,
                      const struct rise_window *window)
{
	bool is_whole = window->end == GROWTH_END;
	uint64_t late = is_whole ? curve->most_late : 0, half = 0, won, top;
	unsigned step, rises = 0;

	for (step = 0; step <= window->late; step++) {
		late = larger(late, curve->bytes[step]);
		if (step <= window->half)
			half = late;
	}
	if (is_whole)
		half = half_most(curve);
	if (site->end_bytes <= late)
		return false;
	won = site->end_bytes - half;
	/* a part may be freed just before the end */
	top = larger(site->end_bytes, curve->bytes[window->end - 1]);
	for (step = window->half + 1; step <= window->end; step++)
		rises += rise_of(site, curve, step, window->end) >= won / 16 + 1;
	return rises >= 2 && is_at_least(won, site->end_bytes, GROWING_PERCENT) &&
	       is_at_least(top - late, won, GROWING_LATE_PERCENT) &&
	       has_gained_blocks(site, curve);
}

static bool has_won(uint64_t before, uint64_t after)
{
	return after > before && is_at_least(after - before, after, REPLACED_PERCENT);
}

/*
 * Whether containers that stay replaced their storage by a larger one, again and again. With equal
 * steps of growth it doubles from a quarter of main to half, and from half to the end, but in
 * ever fewer and larger steps, and for a moment the old storage is there, too: is_rising() sees
 * none of that. The containers stay if hardly a block ended that no larger one replaced.
 */
static bool is_replaced(const struct site_growth *site,
                        const struct growth_curve *curve)
{
	uint64_t ended = site->lives > site->end_blocks + site->outgrown
	                     ? site->lives - site->end_blocks - site->outgrown
	                     : 0;

	return site->lives && site->outgrown + site->moves >= GROWING_BLOCKS_MIN &&
	       ended <= site->end_blocks &&
	       has_won(curve->bytes[GROWTH_HALF], site->end_bytes) &&
	       has_won(curve->bytes[GROWTH_QUARTER], curve->bytes[GROWTH_HALF]) &&
	       is_at_least(site->by_time.bytes[GROWTH_QUARTER], site->end_bytes,
	                   REPLACED_EARLY_PERCENT);
}

/*
 * By the clock, or by events: but what a program makes while it starts, and then waits, is most of
 * its events, and little of its time; and so is what it makes later, in one go.
 */
static bool is_growing(const struct site_growth *site, unsigned end_step)
{
	/* what a main that was shorter by its last steps would have */
	const struct rise_window shorter = { GROWTH_HALF - 1, GROWTH_LATE - 1,
		                                 GROWTH_BEFORE };
	uint64_t quarter = site->by_time.bytes[GROWTH_QUARTER];

	if (is_rising(site, &site->by_time, &whole_main) ||
	    is_replaced(site, &site->by_time))
		return true;
	if (site->is_freed && end_step == GROWTH_BEFORE)
		return is_rising(site, &site->by_time, &shorter);
	return !site->is_sudden && site->end_bytes > quarter &&
	       is_at_least(site->end_bytes - quarter, site->end_bytes,
	                   GROWING_TIME_PERCENT) &&
	       (is_rising(site, &site->by_events, &whole_main) ||
	        is_replaced(site, &site->by_events));
}

/* Whether what was alive at half of main is still there: blocks that are not replaced. */
static bool is_kept(const struct site_growth *site)
{
	uint64_t early = 0;
	unsigned step;

	for (step = 0; step <= GROWTH_HALF; step++)
		early += site->born_bytes[step];
	return is_at_least(early, site->by_time.bytes[GROWTH_HALF], STAYED_PERCENT);
}

static enum live_kind kind_of(const struct site_growth *site, unsigned end_step)
{
	uint64_t most = half_most(&site->by_time);

	if (is_growing(site, end_step))
		return LIVE_GROWING;
	if (!site->late_blocks || is_in_one_go(site))
		return LIVE_ONCE;
	if (!is_kept(site))
		return LIVE_STEADY;
	return site->end_bytes > most &&
	               is_at_least(site->end_bytes - most, site->end_bytes,
	                           GROWING_PERCENT) &&
	               has_gained_blocks(site, &site->by_time)
	           ? LIVE_GROWN
	           : LIVE_ONCE;
}

/* Count the live blocks by when they were born, or reallocated. */
static void live_count(struct site_growths *growths, const struct live_table *live,
                       const uint64_t *times)
{
	const struct block *block;
	struct site_growth *site;
	unsigned step;
	size_t i;

	for (i = 0; i < (size_t)1 << live->bits; i++) {
		block = &live->blocks[i];
		if (!live->addresses[i] || !block->path)
			continue;
		site = &growths->sites[growths->of_path[block->path]];
		for (step = 0; step < GROWTH_END && block->time >= times[step];)
			step++;
		site->born_bytes[step] += block->size * block->weight;
		if (!site->seen_blocks++ || block->time < site->first_time)
			site->first_time = block->time;
		site->late_blocks += step > GROWTH_HALF;
		site->last_time = larger(site->last_time, block->time);
	}
}

/* Whether all blocks were born in so short a time that it was one go. */
static bool is_sudden(const struct site_growth *site, const uint64_t *times)
{
	uint64_t eighth = times[GROWTH_HALF] > times[0]
	                      ? (times[GROWTH_HALF] - times[0]) / 3
	                      : 0;

	return site->seen_blocks && !site->is_freed &&
	       site->last_time - site->first_time < eighth / 2;
}

int site_growths_make(struct site_growths *growths, const struct profile *profile,
                      const uint32_t *location_of_path)
{
	const struct replay *replay = &profile->replay;
	uint32_t count = replay->paths.count, capacity = 0, i, location, *of_location;
	bool is_sampled = profile_is_sampled(profile), is_at_peak;

	growths->of_path = calloc(count, sizeof(*growths->of_path));
	of_location = calloc(profile->sources.location_count + 1, sizeof(*of_location));
	/* there is always one: empty call paths count as the first one's */
	if (!growths->of_path || !of_location ||
	    array_reserve_zeroed(growths->sites, capacity, 1)) {
		free(of_location);
		return -1;
	}
	end_choose(growths, replay, &is_at_peak);
	for (i = 1; i < count; i++) {
		if (call_path_is_empty(replay_path(replay, i)))
			continue;
		location = location_of_path[i];
		if (!of_location[location]) {
			if (array_reserve_zeroed(growths->sites, capacity, growths->count + 1)) {
				free(of_location);
				return -1;
			}
			growths->sites[growths->count].path = i;
			of_location[location] = ++growths->count;
		}
		growths->of_path[i] = of_location[location] - 1;
		if (i < replay->growth.count)
			path_add(&growths->sites[growths->of_path[i]], replay_path(replay, i),
			         is_sampled ? NULL : &profile_life(profile, i)->pattern,
			         &replay->growth.paths[i], is_at_peak);
	}
	free(of_location);
	live_count(growths, &replay->live, replay->growth.times);
	for (i = 0; i < growths->count; i++) {
		if (growths->is_torn_down)
			freed_choose(&growths->sites[i]);
		growths->sites[i].is_sudden = is_sudden(&growths->sites[i],
		                                        replay->growth.times);
		growths->sites[i].kind = is_sampled &&
		                                 growths->sites[i].seen_blocks < SAMPLED_MIN
		                             ? LIVE_ONCE
		                             : kind_of(&growths->sites[i], growths->end_step);
	}
	return 0;
}

void site_growths_locals(struct site_growths *growths, const struct profile *profile,
                         const uint64_t *local_bytes)
{
	uint32_t i;

	for (i = 0; i < growths->count; i++) {
		struct site_growth *site = &growths->sites[i];

		site->is_local = site->is_freed &&
		                 is_at_least(local_bytes[i], site->end_bytes, FREED_PERCENT);
		growths->is_before_freed |= site->kind == LIVE_GROWING && site->is_freed &&
		                            !site->is_local;
	}
	if (!growths->is_before_freed)
		growths->end_time = profile->replay.growth.times[GROWTH_END];
}

void site_growths_release(struct site_growths *growths)
{
	free(growths->sites);
	free(growths->of_path);
	*growths = (struct site_growths){ .sites = NULL };
}

bool site_growths_has_more(const struct site_growths *growths)
{
	const struct site_growth *site;
	uint32_t i;

	for (i = 0; i < growths->count; i++) {
		site = &growths->sites[i];
		if (site->kind != LIVE_GROWING && !site->is_freed && site_growth_bytes(site) &&
		    site->hidden_bytes < site->end_bytes / 2)
			return true;
	}
	return false;
}

uint64_t site_growth_bytes(const struct site_growth *site)
{
	return site->end_bytes > site->by_time.bytes[GROWTH_HALF]
	           ? site->end_bytes - site->by_time.bytes[GROWTH_HALF]
	           : 0;
}
