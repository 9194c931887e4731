/* replay/path_growth.c - how much of each call path was alive at each eighth of main. */
#include "replay/path_growth.h"

#include <stdlib.h>
#include <string.h>

void growth_set(struct growth *growth, uint64_t begin, uint64_t end, bool has_end)
{
	uint64_t span = end > begin ? end - begin : 0;
	unsigned i;

	for (i = 0; i < GROWTH_STEPS; i++)
		growth->times[i] = begin + span / GROWTH_STEPS * (i + 1);
	growth->times[GROWTH_END] = has_end ? end : UINT64_MAX;
}

void growth_set_events(struct growth *growth, uint64_t events)
{
	growth->events = events;
	growth->event_due = events ? events / GROWTH_STEPS + 1 : UINT64_MAX;
}

void growth_release(struct growth *growth)
{
	free(growth->paths);
	*growth = (struct growth){ .paths = NULL };
}

static int room_make(struct growth *growth, uint32_t count)
{
	struct path_growth *paths;

	if (count <= growth->count)
		return 0;
	paths = realloc(growth->paths, count * sizeof(*paths));
	if (!paths)
		return -1;
	memset(paths + growth->count, 0, (count - growth->count) * sizeof(*paths));
	growth->paths = paths;
	growth->count = count;
	return 0;
}

static void curve_fill(struct growth_curve *curve, const struct call_path *path,
                       unsigned step)
{
	curve->bytes[step] = path->share.live_bytes;
	if (step == GROWTH_HALF) {
		curve->most_half = path->live_bytes_max;
		curve->half_blocks = path->share.live_blocks;
	} else if (step == GROWTH_LATE) {
		curve->most_late = path->live_bytes_max;
	}
}

/* A step ends: keep what is alive in each path now. */
static void step_fill(struct growth *growth, const struct call_paths *paths,
                      unsigned step)
{
	const struct call_path *path;
	struct path_growth *growing;
	uint32_t i;

	if (room_make(growth, paths->count)) {
		growth->is_failed = true;
		return;
	}
	for (i = 1; i < growth->count; i++) {
		path = &paths->paths[i];
		growing = &growth->paths[i];
		curve_fill(&growing->by_time, path, step);
		if (step == GROWTH_BEFORE) {
			growing->before_blocks = path->share.live_blocks;
		} else if (step == GROWTH_END) {
			growing->end_blocks = path->share.live_blocks;
		}
	}
}

void growth_fill_events(struct growth *growth, const struct call_paths *paths)
{
	uint32_t i;

	if (room_make(growth, paths->count)) {
		growth->is_failed = true;
		return;
	}
	for (i = 1; i < growth->count; i++)
		curve_fill(&growth->paths[i].by_events, &paths->paths[i],
		           growth->events_reached);
	growth->events_reached++;
	growth->event_due = growth->events_reached < GROWTH_STEPS
	                        ? growth->event_due + growth->events / GROWTH_STEPS
	                        : UINT64_MAX;
}

/* Main is over: what is alive now was alive at all steps of events not reached yet. */
static void events_end(struct growth *growth, const struct call_paths *paths)
{
	while (growth->event_due < UINT64_MAX && !growth->is_failed)
		growth_fill_events(growth, paths);
}

uint64_t growth_fill(struct growth *growth, const struct call_paths *paths,
                     uint64_t time)
{
	while (growth->reached < GROWTH_STEPS && time >= growth->times[growth->reached])
		step_fill(growth, paths, growth->reached++);
	if (growth->reached == GROWTH_STEPS)
		events_end(growth, paths);
	return growth->reached < GROWTH_STEPS ? growth->times[growth->reached] : UINT64_MAX;
}

void growth_finish(struct growth *growth, const struct call_paths *paths, uint64_t time)
{
	events_end(growth, paths);
	for (; growth->reached < GROWTH_STEPS; growth->reached++) {
		step_fill(growth, paths, growth->reached);
		growth->times[growth->reached] = time;
	}
}
