/*
 * replay/live_profile.h - a profile of a recording that is still being written: it goes on where
 * it stopped, as often as it is asked to.
 *
 * At any time the profile has the totals, threads, call paths and lives of blocks until now. It
 * has no snapshots, and no figures of which the end is a part (growth over main, what is kept).
 */
#ifndef OUTLIVE_REPLAY_LIVE_PROFILE_H
#define OUTLIVE_REPLAY_LIVE_PROFILE_H

#include "replay/profile.h"
#include "trace/follow.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct live_profile;

/*
 * Follow a process (an index of the reader's). Reader and symbolizer are borrowed; symbolizer
 * NULL: the recording has the names. NULL and *error: memory is out.
 */
struct live_profile *live_profile_new(struct trace_reader *reader, size_t process,
                                      struct symbolizer *symbolizer,
                                      struct error *error);
void live_profile_free(struct live_profile *live);

/*
 * Find what the recording has more. 0, or -1 when memory is out. What is found is replayed by
 * live_profile_replay().
 */
int live_profile_refresh(struct live_profile *live);

/*
 * Replay what was found, until about `until_ns` (CLOCK_MONOTONIC). 1: there is more; 0: that was
 * all; -1: memory is out.
 */
int live_profile_replay(struct live_profile *live, uint64_t until_ns);

/* Bring losses, names and shares of the peak up to date, to be read. 0, or -1: memory is out. */
int live_profile_settle(struct live_profile *live);

/* Its figures are those of the last event that was replayed; settled: see above. */
const struct profile *live_profile_of(const struct live_profile *live);
const struct trace_follow *live_profile_follow(const struct live_profile *live);

#endif
