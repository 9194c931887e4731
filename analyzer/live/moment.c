/* live/moment.c - what was live and allocated at one moment. */
#include "live/moment.h"

#include "base/array.h"

struct live_counts live_counts_of_path(const struct call_path *path)
{
	return (struct live_counts){ path->share.live_bytes, path->share.live_blocks,
		                         path->bytes, path->allocations, path->frees };
}

struct live_counts live_counts_of_thread(const struct thread *thread)
{
	return (struct live_counts){ thread->share.live_bytes, thread->share.live_blocks,
		                         thread->bytes, thread->allocations, thread->frees };
}

struct live_counts live_counts_of_all(const struct profile *profile)
{
	const struct replay *replay = &profile->replay;

	return (struct live_counts){ replay->paths.live_bytes, replay->paths.live_blocks,
		                         replay->totals.bytes, replay->totals.allocations,
		                         replay->totals.frees };
}

void live_counts_add(struct live_counts *sum, const struct live_counts *counts)
{
	sum->live_bytes += counts->live_bytes;
	sum->live_blocks += counts->live_blocks;
	sum->bytes += counts->bytes;
	sum->allocations += counts->allocations;
	sum->frees += counts->frees;
}

int live_moment_take(struct live_moment *moment, const struct profile *profile,
                     uint64_t time_ns)
{
	const struct replay *replay = &profile->replay;
	size_t i;

	if (array_reserve(moment->paths, moment->path_capacity, replay->paths.count) ||
	    array_reserve(moment->threads, moment->thread_capacity, replay->threads.count))
		return -1;
	moment->time_ns = time_ns;
	moment->all = live_counts_of_all(profile);
	moment->path_count = replay->paths.count;
	for (i = 0; i < moment->path_count; i++)
		moment->paths[i] = live_counts_of_path(&replay->paths.paths[i]);
	moment->thread_count = replay->threads.count;
	for (i = 0; i < moment->thread_count; i++)
		moment->threads[i] = live_counts_of_thread(replay->threads.items[i]);
	return 0;
}

void live_moment_release(struct live_moment *moment)
{
	free(moment->paths);
	free(moment->threads);
	*moment = (struct live_moment){ .paths = NULL };
}

struct live_counts live_moment_path(const struct live_moment *moment, size_t path)
{
	return path < moment->path_count ? moment->paths[path] : (struct live_counts){ 0 };
}

struct live_counts live_moment_thread(const struct live_moment *moment, size_t thread)
{
	return thread < moment->thread_count ? moment->threads[thread]
	                                     : (struct live_counts){ 0 };
}
