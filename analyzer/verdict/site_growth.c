/* verdict/site_growth.c - whether the blocks of a call site become ever more. */
#include "verdict/site_growth.h"

#include "base/array.h"

#include <stdlib.h>

const char *live_kind_text(enum live_kind kind)
{
	static const char *const texts[LIVE_KINDS] = { "growing", "steady", "once" };

	return texts[kind];
}

/* The bytes alive in all call sites at the end of a step. */
static uint64_t step_bytes(const struct growth *growth, unsigned step)
{
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 1; i < growth->count; i++)
		bytes += growth->paths[i].bytes[step];
	return bytes;
}

/* Find what "the end" is: see is_torn_down. */
static void end_choose(struct site_growths *growths, const struct replay *replay,
                       bool *is_at_peak)
{
	const struct growth *growth = &replay->growth;
	uint64_t before = step_bytes(growth, GROWTH_BEFORE);
	uint64_t end = step_bytes(growth, GROWTH_END);
	bool is_late = replay->paths.peak_time > growth->times[GROWTH_BEFORE] &&
	               replay->paths.peak_time <= growth->times[GROWTH_END];
	uint64_t most = is_late ? replay->paths.peak_bytes : before;

	growths->half_time = growth->times[GROWTH_HALF];
	growths->end_time = growth->times[GROWTH_END];
	growths->is_torn_down = end < most / 2;
	*is_at_peak = growths->is_torn_down && is_late;
	if (growths->is_torn_down)
		growths->end_time = is_late ? replay->paths.peak_time
		                            : growth->times[GROWTH_BEFORE];
}

static uint64_t larger(uint64_t one, uint64_t two)
{
	return one > two ? one : two;
}

static void path_add(struct site_growth *site, const struct call_path *path,
                     const struct path_growth *growth, bool is_torn_down,
                     bool is_at_peak)
{
	unsigned step;

	for (step = 0; step < GROWTH_STEPS; step++)
		site->bytes[step] += growth->bytes[step];
	site->half_blocks += growth->half_blocks;
	site->end_blocks += is_at_peak     ? path->share.peak_blocks
	                    : is_torn_down ? growth->before_blocks
	                                   : growth->end_blocks;
	site->end_bytes += is_at_peak
	                       ? path->share.peak_bytes
	                       : growth->bytes[is_torn_down ? GROWTH_BEFORE : GROWTH_END];
	site->most_half = larger(site->most_half, growth->most_half);
	site->most_late = larger(site->most_late, growth->most_late);
	site->moves += path->reallocs;
}

/* The bytes alive at the end of a step; the last one ends at what counts as the end. */
static uint64_t bytes_at(const struct site_growth *site, unsigned step)
{
	return step == GROWTH_END ? site->end_bytes : site->bytes[step];
}

/* By how many bytes a step ended higher than the one before. */
static uint64_t rise_of(const struct site_growth *site, unsigned step)
{
	uint64_t before = step ? bytes_at(site, step - 1) : 0, after = bytes_at(site, step);

	return after > before ? after - before : 0;
}

/* Whether nearly all that is alive at the end was made in one late eighth of main. */
static bool is_in_one_go(const struct site_growth *site)
{
	unsigned step;

	for (step = GROWTH_HALF + 1; step < GROWTH_STEPS; step++) {
		if (rise_of(site, step) >= site->end_bytes / 100 * ONCE_PERCENT)
			return true;
	}
	return false;
}

/* Whether it was never as large before as at the end, and went on growing until then. */
static bool is_growing(const struct site_growth *site)
{
	uint64_t half = site->most_half, late = site->most_late, won;
	unsigned step, rises = 0;

	for (step = 0; step <= GROWTH_LATE; step++) {
		if (step <= GROWTH_HALF)
			half = larger(half, site->bytes[step]);
		late = larger(late, site->bytes[step]);
	}
	if (site->end_bytes <= late)
		return false;
	won = site->end_bytes - half;
	for (step = GROWTH_HALF + 1; step < GROWTH_STEPS; step++)
		rises += rise_of(site, step) >= won / 16 + 1;
	return rises >= 2 && won >= site->end_bytes / 100 * GROWING_PERCENT &&
	       site->end_bytes - late >= won / 100 * GROWING_LATE_PERCENT &&
	       (site->end_blocks >= site->half_blocks + GROWING_BLOCKS_MIN ||
	        site->moves >= GROWING_BLOCKS_MIN);
}

static enum live_kind kind_of(const struct site_growth *site)
{
	if (is_growing(site))
		return LIVE_GROWING;
	return site->late_blocks && !is_in_one_go(site) ? LIVE_STEADY : LIVE_ONCE;
}

/* Count the live blocks that were born, or reallocated, in the second half. */
static void late_count(struct site_growths *growths, const struct live_table *live)
{
	size_t i;

	for (i = 0; i < (size_t)1 << live->bits; i++) {
		if (live->addresses[i] && live->blocks[i].path &&
		    live->blocks[i].time >= growths->half_time)
			growths->sites[growths->of_path[live->blocks[i].path]].late_blocks++;
	}
}

int site_growths_make(struct site_growths *growths, const struct profile *profile,
                      const uint32_t *location_of_path)
{
	const struct replay *replay = &profile->replay;
	uint32_t count = replay->paths.count, capacity = 0, i, location, *of_location;
	bool is_at_peak;

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
			         &replay->growth.paths[i], growths->is_torn_down, is_at_peak);
	}
	free(of_location);
	late_count(growths, &replay->live);
	for (i = 0; i < growths->count; i++)
		growths->sites[i].kind = kind_of(&growths->sites[i]);
	return 0;
}

void site_growths_release(struct site_growths *growths)
{
	free(growths->sites);
	free(growths->of_path);
	*growths = (struct site_growths){ .sites = NULL };
}

uint64_t site_growth_bytes(const struct site_growth *site)
{
	return site->end_bytes > site->bytes[GROWTH_HALF]
	           ? site->end_bytes - site->bytes[GROWTH_HALF]
	           : 0;
}
