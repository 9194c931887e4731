/*
 * live/moment.h - what was live and allocated at one moment, by call path and thread: the
 * difference of two moments is a growth or a rate.
 */
#ifndef OUTLIVE_LIVE_MOMENT_H
#define OUTLIVE_LIVE_MOMENT_H

#include "replay/profile.h"

#include <stddef.h>
#include <stdint.h>

struct live_counts {
	uint64_t live_bytes, live_blocks;
	uint64_t bytes, allocations; /* since the process's start, reallocs included */
	uint64_t frees;
};

/* Zeroed is the start of the process. */
struct live_moment {
	uint64_t time_ns; /* since the process's start */
	struct live_counts all;
	struct live_counts *paths; /* by number of the call path */
	size_t path_count, path_capacity;
	struct live_counts *threads; /* by index */
	size_t thread_count, thread_capacity;
};

/* Take it again: what there is now. 0, or -1: memory is out. */
int live_moment_take(struct live_moment *moment, const struct profile *profile,
                     uint64_t time_ns);
void live_moment_release(struct live_moment *moment);

struct live_counts live_counts_of_path(const struct call_path *path);
struct live_counts live_counts_of_thread(const struct thread *thread);
struct live_counts live_counts_of_all(const struct profile *profile);
void live_counts_add(struct live_counts *sum, const struct live_counts *counts);

/* What a call path or thread had at the moment: zero if it did not exist yet. */
struct live_counts live_moment_path(const struct live_moment *moment, size_t path);
struct live_counts live_moment_thread(const struct live_moment *moment, size_t thread);

#endif
