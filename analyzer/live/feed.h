/*
 * live/feed.h - follows one process of a recording: opens the recording, chooses the process, and
 * brings its figures up to date.
 */
#ifndef OUTLIVE_LIVE_FEED_H
#define OUTLIVE_LIVE_FEED_H

#include "base/error.h"
#include "replay/live_profile.h"
#include "trace/pick.h"

#include <stdbool.h>
#include <stdint.h>

struct live_feed {
	const char *path; /* borrowed */
	struct process_choice choice;
	struct trace_reader *reader;
	struct symbolizer *symbolizer; /* NULL: the recording has the names */
	struct live_profile *live;
	size_t process;     /* index of the reader's */
	bool is_growing;    /* the file was still being written when it was opened */
	bool is_behind;     /* events that were found wait to be replayed */
	bool has_caught_up; /* at least once there were none */
	uint64_t tried_ns;  /* when a process to move on to was last searched for */
	uint64_t time_ns;   /* see live_feed_time_ns(): it never goes back */
};

/* Open the file and begin. `path` is borrowed. 0, or -1 and *error: release it either way. */
int live_feed_open(struct live_feed *feed, const char *path,
                   const struct process_choice *choice, struct error *error);
void live_feed_release(struct live_feed *feed);

/* The number of the session that wrote the recording. */
uint64_t live_feed_session(const struct live_feed *feed);

/* Find what is new. 0, or -1 and *error. */
int live_feed_refresh(struct live_feed *feed, struct error *error);

/* Replay it until about `until_ns` (CLOCK_MONOTONIC). 1: there is more; 0; or -1 and *error. */
int live_feed_replay(struct live_feed *feed, uint64_t until_ns, struct error *error);

/*
 * The process has ended, and another is the one to follow: the program that it became by exec.
 * 1: that one is followed now; 0: no other; -1 and *error.
 */
int live_feed_move_on(struct live_feed *feed, struct error *error);

/*
 * Follow the next process of the recording, after the last the first again. 1: another one is
 * followed now; 0: there is no other; -1 and *error.
 */
int live_feed_next(struct live_feed *feed, struct error *error);

/* How many processes the recording had when it was opened, and which one is followed, from 0. */
size_t live_feed_process_count(const struct live_feed *feed);
size_t live_feed_process(const struct live_feed *feed);

const struct profile *live_feed_profile(const struct live_feed *feed);
bool live_feed_is_ended(const struct live_feed *feed);

/*
 * What the figures are of: nanoseconds since the process's start; and how much later it was when
 * events that are not replayed yet were found.
 */
uint64_t live_feed_time_ns(const struct live_feed *feed);
uint64_t live_feed_behind_ns(const struct live_feed *feed);

#endif
