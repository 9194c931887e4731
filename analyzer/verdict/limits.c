/* verdict/limits.c - what limits the sizes of blocks, and how many are alive at once. */
#include "verdict/limits.h"

#include <stdlib.h>

/*
 * In a run of sizes without any order, the largest may come anywhere: only if fewer than one life
 * in so many came after it, it seems that they still grew.
 */
#define SETTLED_PART 10

/* When a block first had the largest size of all. */
static uint64_t largest_time(const struct life_summary *summary,
                             const struct classes *classes)
{
	const struct life_pattern *pattern;
	uint64_t time = UINT64_MAX;
	uint32_t i;

	for (i = 0; i < summary->path_count; i++) {
		pattern = &profile_life(classes->profile, summary->paths[i].path)->pattern;
		if (pattern->begun && pattern->largest_max == summary->largest_max &&
		    pattern->moments[MOMENT_LARGEST].time < time)
			time = pattern->moments[MOMENT_LARGEST].time;
	}
	return time;
}

/*
 * How many lives of a call path began after `time`: at least, since it keeps such counts for few
 * moments only. They are at least half of its lives if `time` is in the first quarter of them.
 */
static uint64_t path_settled(const struct life_pattern *pattern, unsigned moment,
                             uint64_t time)
{
	uint64_t power = pattern->begun
	                     ? UINT64_C(1) << (63 - __builtin_clzll(pattern->begun))
	                     : 0;

	if (!pattern->begun || pattern->first_time > time)
		return pattern->begun;
	if (pattern->moments[moment].time >= time)
		return pattern->begun - pattern->moments[moment].begun;
	if (pattern->doubled_before >= time)
		return pattern->begun - power / 2;
	return pattern->doubled_time >= time ? pattern->begun - power : 0;
}

/* The same of all call paths, for the time when the maximum was reached. */
static uint64_t settled_lives(const struct life_summary *summary,
                              const struct classes *classes, unsigned moment,
                              uint64_t time)
{
	uint64_t settled = 0;
	uint32_t i;

	for (i = 0; i < summary->path_count; i++)
		settled += path_settled(
			&profile_life(classes->profile, summary->paths[i].path)->pattern, moment,
			time);
	return settled;
}

/*
 * Decide what limits the sizes. Only lives that began after the largest block are evidence: if
 * they are at least a tenth of all, the sizes seem to have reached their limit.
 */
void limits_of_sizes(struct life_summary *summary, const struct classes *classes)
{
	const struct life_pattern *pattern;
	uint32_t i;

	summary->largest_min = UINT64_MAX;
	for (i = 0; i < summary->path_count; i++) {
		pattern = &profile_life(classes->profile, summary->paths[i].path)->pattern;
		summary->begun += pattern->begun;
		summary->asked += pattern->asked;
		summary->callocs += pattern->callocs;
		summary->excess += pattern->excess;
		summary->mixed += pattern->mixed;
		summary->spared += pattern->spared;
		summary->spared_bytes += pattern->spared_bytes;
		if (pattern->largest_min < summary->largest_min)
			summary->largest_min = pattern->largest_min;
		if (pattern->largest_max > summary->largest_max)
			summary->largest_max = pattern->largest_max;
	}
	/* no life on these paths has a final size */
	if (summary->largest_min > summary->largest_max)
		summary->largest_min = summary->largest_max;
	summary->settled = settled_lives(summary, classes, MOMENT_LARGEST,
	                                 largest_time(summary, classes));
	summary->size_kind = summary->largest_min == summary->largest_max ? SIZE_CONSTANT
	                     : SETTLED_PART * summary->settled >= summary->begun
	                         ? SIZE_BOUNDED
	                         : SIZE_UNBOUNDED;
}

/* The most blocks at once, and when: the first time, if there were several. */
static void crowd_add(struct life_summary *summary, uint64_t most, uint64_t time)
{
	if (most < summary->at_once ||
	    (most == summary->at_once && time >= summary->crowd_time))
		return;
	summary->at_once = most;
	summary->crowd_time = time;
}

/*
 * Call paths whose blocks belong to the same activations of their owner. Such an activation has
 * at once at most the sum of what its call paths have, and at least what one of them has, or
 * what all had at the process's peak. Before the last block of an activation is born, the
 * blocks that had ended until then add to all that it ever owns.
 */
static void owner_classify(struct life_summary *summary, const struct classes *classes,
                           const struct summary_path *paths, uint32_t count)
{
	uint64_t most = 0, least = 0, at_peak = 0, all = 0, time = 0, activations = 0;
	const struct replay *replay = &classes->profile->replay;
	const struct path_life *life;
	bool is_tangled = false, is_shared = false;
	uint32_t i;

	for (i = 0; i < count; i++) {
		life = profile_life(classes->profile, paths[i].path);
		most += life->pattern.live_max;
		all += life->pattern.live_max + life->pattern.dead_max;
		if (life->pattern.live_max > least)
			least = life->pattern.live_max;
		if (life->pattern.moments[MOMENT_CROWD].time > time)
			time = life->pattern.moments[MOMENT_CROWD].time;
		at_peak += replay_path(replay, paths[i].path)->share.peak_blocks;
		is_shared |= life->pattern.was_shared;
		if (life->pattern.activations > activations)
			activations = life->pattern.activations;
		is_tangled |= life->pattern.is_tangled;
	}
	/*
	 * with several threads, blocks that are live at the peak may belong to several activations
	 */
	if (!is_shared && at_peak > least)
		least = at_peak < most ? at_peak : most;
	summary->activations += activations;
	summary->was_shared |= is_shared;
	crowd_add(summary, most, time);
	if (least > summary->at_once_min)
		summary->at_once_min = least;
	summary->goes_together &= !is_tangled && all <= 2 * least;
}

/* Call paths with the same owner, called from the same node, come next to each other. */
static int path_compare(const void *one, const void *two)
{
	const struct summary_path *a = one, *b = two;

	if (a->owner_caller != b->owner_caller)
		return a->owner_caller < b->owner_caller ? -1 : 1;
	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	return a->path < b->path ? -1 : a->path > b->path;
}

/*
 * Go through the groups of call paths that share an owner, then decide what limits the number
 * of blocks at once, in the same way as for sizes. A single block at once is constant.
 */
void limits_of_crowd(struct life_summary *summary, const struct classes *classes)
{
	struct summary_path *paths = summary->paths;
	uint32_t i, next;

	qsort(paths, summary->path_count, sizeof(*paths), path_compare);
	summary->goes_together = true;
	for (i = 0; i < summary->path_count; i = next) {
		for (next = i + 1; next < summary->path_count &&
		                   paths[next].owner_caller == paths[i].owner_caller &&
		                   paths[next].owner == paths[i].owner;
		     next++)
			;
		owner_classify(summary, classes, paths + i, next - i);
	}
	summary->crowd_kind = SIZE_CONSTANT;
	if (summary->at_once > 1)
		summary->crowd_kind = 2 * settled_lives(summary, classes, MOMENT_CROWD,
		                                        summary->crowd_time) >=
		                              summary->begun
		                          ? SIZE_BOUNDED
		                          : SIZE_UNBOUNDED;
}
