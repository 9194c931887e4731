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
		growing->bytes[step] = path->share.live_bytes;
		if (step == GROWTH_HALF) {
			growing->most_half = path->live_bytes_max;
			growing->half_blocks = path->share.live_blocks;
		} else if (step == GROWTH_LATE) {
			growing->most_late = path->live_bytes_max;
		} else if (step == GROWTH_BEFORE) {
			growing->before_blocks = path->share.live_blocks;
		} else if (step == GROWTH_END) {
			growing->end_blocks = path->share.live_blocks;
		}
	}
}

uint64_t growth_fill(struct growth *growth, const struct call_paths *paths,
                     uint64_t time)
{
	while (growth->reached < GROWTH_STEPS && time >= growth->times[growth->reached])
		step_fill(growth, paths, growth->reached++);
	return growth->reached < GROWTH_STEPS ? growth->times[growth->reached] : UINT64_MAX;
}

void growth_finish(struct growth *growth, const struct call_paths *paths, uint64_t time)
{
	for (; growth->reached < GROWTH_STEPS; growth->reached++) {
		step_fill(growth, paths, growth->reached);
		growth->times[growth->reached] = time;
	}
}
