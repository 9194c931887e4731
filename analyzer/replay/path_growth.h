/*
 * replay/path_growth.h - how much of each call path was alive at each eighth of main, by the clock
 * and by events. Takes a pass over the call paths for each eighth, and next to nothing for an
 * event.
 */
#ifndef OUTLIVE_REPLAY_PATH_GROWTH_H
#define OUTLIVE_REPLAY_PATH_GROWTH_H

#include "replay/call_paths.h"

#include <stdbool.h>
#include <stdint.h>

#define GROWTH_STEPS 8
enum {
	GROWTH_QUARTER = 1,
	GROWTH_HALF = 3,
	GROWTH_LATE = 5,
	GROWTH_BEFORE = 6,
	GROWTH_END = 7
};

struct growth_curve {
	uint64_t bytes[GROWTH_STEPS]; /* alive at the end of each step */
	/* most bytes alive at once, from the start to half and to three quarters of main */
	uint64_t most_half, most_late;
	uint64_t half_blocks;
};

struct path_growth {
	struct growth_curve by_time, by_events;
	uint64_t before_blocks, end_blocks; /* by time */
};

struct growth {
	struct path_growth *paths; /* by number of the call path; [0] is none */
	uint32_t count; /* paths that existed at the last of the times that were reached */
	unsigned reached;
	/* quanta; growth_finish() replaces those that the events did not reach */
	uint64_t times[GROWTH_STEPS];
	/* The same by events of the process: a step ends with the event of the number `event_due`. */
	uint64_t events, event_due;
	unsigned events_reached;
	bool is_failed; /* memory is out */
};

/*
 * Call before the first event: main lasts from `begin` to `end`, quanta. `end` may be an
 * estimate, if `has_end` is false: then the last step ends with the recording.
 */
void growth_set(struct growth *growth, uint64_t begin, uint64_t end, bool has_end);
/* Call before the first event, too: how many there are; 0: not known, then none is a step. */
void growth_set_events(struct growth *growth, uint64_t events);
void growth_release(struct growth *growth);

/* What is alive in `paths` was alive until `time`. Returns the next time; UINT64_MAX: none. */
uint64_t growth_fill(struct growth *growth, const struct call_paths *paths,
                     uint64_t time);

/* The event `event_due` comes next. */
void growth_fill_events(struct growth *growth, const struct call_paths *paths);

/* The recording ended at `time`: what is alive now was alive at all times not reached yet. */
void growth_finish(struct growth *growth, const struct call_paths *paths,
                   uint64_t time);

#endif
