/*
 * replay/profile_parts.h - how a profile is made, step by step: of a whole recording
 * (profile_read.c), or of one that grows (live_profile.c).
 */
#ifndef OUTLIVE_REPLAY_PROFILE_PARTS_H
#define OUTLIVE_REPLAY_PROFILE_PARTS_H

#include "replay/profile.h"
#include "replay/source_answers.h"

/* What is needed as long as events come. */
struct profile_reading {
	struct profile *profile; /* borrowed, like what follows */
	struct trace_reader *reader;
	struct trace_process *process;
	struct source_answerer *answers; /* NULL: the recording is all there is */
	struct event_merge *merge;
};

/* An empty profile, with its phases (NULL: memory is out). NULL: memory is out. */
struct profile *profile_new(struct trace_reader *reader,
                            const struct trace_process *process);

/*
 * Make what the first event needs: map, names, sources, merge. The replay must have been
 * initialized. 0, or -1 when memory is out; end the reading either way.
 */
int profile_prepare(struct profile_reading *reading,
                    const struct profile_choice *choice);

/* Release all but the profile. */
void profile_reading_end(struct profile_reading *reading);

/* All gaps in the threads' own counts of their events. */
uint64_t profile_holes(const struct profile *profile);

#endif
