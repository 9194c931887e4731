/* replay/profile_read.c - the whole pipeline in one call. */
#include "replay/profile_parts.h"
#include "replay/profile.h"
#include "replay/stack_faults.h"
#include "segments/own_memory.h"
#include "segments/reassign.h"
#include "segments/self_snapshots.h"
#include "segments/size_history.h"
#include "trace/clock.h"

#include <stdlib.h>
#include <string.h>

/* Often enough for a progress line, and too rare to cost anything. */
#define PROGRESS_SLICES 4096

static int profile_replay(struct profile *profile, struct event_merge *merge,
                          profile_progress *progress, void *context)
{
	struct event_slice slice;
	unsigned slices = 0;
	int result;

	while ((result = event_merge_next(merge, &slice)) > 0) {
		if (replay_slice(&profile->replay, &slice))
			return -1;
		if (progress && ++slices % PROGRESS_SLICES == 0)
			progress(context, profile->replay.totals.events, profile->process->events);
	}
	return result;
}

/*
 * Read the process's snapshots, both from outside and its own, and have what lives counted at
 * each.
 */
static int profile_segments(struct profile *profile, struct trace_reader *reader)
{
	struct segment_history *history = &profile->segments;
	struct self_view *views = &profile->views;
	size_t i;

	if (segment_history_read(history, reader, profile->process) ||
	    size_history_read(&history->sizes, reader, profile->process) ||
	    self_view_read(views, reader, profile->process) ||
	    heap_maps_read(&profile->heaps, reader, profile->process,
	                   profile->phases->exit_start))
		return -1;
	/* what is on a heap's pages is not known from a sample of its blocks */
	if (!profile_is_sampled(profile))
		kept_moments_await(&profile->replay.kept, &profile->heaps);
	segment_history_see(history, profile->phases, &profile->process->header);
	if (self_snapshots_add(history, views, &profile->process->header))
		return -1;
	own_memory_subtract(history, views, &profile->process->header);
	profile->probes = calloc(history->count + 1, sizeof(*profile->probes));
	profile->view_probes = calloc(views->count + 1, sizeof(*profile->probes));
	if (!profile->probes || !profile->view_probes)
		return -1;
	for (i = 0; i < history->count; i++)
		profile->probes[i] = (struct live_probe){
			.time = process_time_quanta(&profile->process->header,
			                            history->snapshots[i].time_ns),
			.spans = &history->snapshots[i].spans,
		};
	for (i = 0; i < views->count; i++)
		profile->view_probes[i] = (struct live_probe){
			.time = views->views[i].time,
			.spans = &views->views[i].spans,
		};
	for (i = 0; i < history->count; i++)
		profile->runtimes |= history->snapshots[i].runtimes;
	profile->replay.probes.has_small = profile->runtimes & RUNTIME_MALLOC;
	live_probes_set(&profile->replay.probes, 0, profile->probes, history->count);
	live_probes_set(&profile->replay.probes, 1, profile->view_probes, views->count);
	if (history->count) {
		mappings_probe(&profile->replay.mappings.highest,
		               profile->probes[history->highest].time,
		               profile->probes[history->highest].spans);
		mappings_probe(&profile->replay.mappings.last,
		               profile->probes[history->count - 1].time,
		               profile->probes[history->count - 1].spans);
	}
	return 0;
}

/*
 * Have it counted what is alive at half of main (of the recording, if its phases are not known)
 * and later. Where the end is not known, the last sign of life that is known before the events
 * are read stands for it: a process seen from outside, or the beginning of the last chunk.
 */
static void growth_begin(struct profile *profile)
{
	const struct trace_process *process = profile->process;
	const struct ring_header *header = &process->header;
	const struct phases *phases = profile->phases;
	uint64_t begin = header->start_ticks >> header->clock_shift, end = phases->seen;
	const struct self_view *views = &profile->views;
	const struct self_snapshot *last = views->count ? &views->views[views->count - 1]
	                                                : NULL;
	bool has_last = last && last->reason == MAPS_END;
	size_t i;

	if (phases->main_start != PHASE_TIME_END && phases->main_start > begin)
		begin = phases->main_start;
	for (i = 0; i < process->chunks.count; i++) {
		if (process->chunks.entries[i].time_first > end)
			end = process->chunks.entries[i].time_first;
	}
	/* _exit() has no exit phase, but the process's last snapshot of itself */
	if (phases->exit_start != PHASE_TIME_END)
		end = phases->exit_start;
	else if (has_last)
		end = last->time;
	growth_set(&profile->replay.growth, begin, end,
	           phases->exit_start != PHASE_TIME_END || has_last);
	growth_set_events(&profile->replay.growth, process->events);
}

/*
 * Replay everything. Probes must be set before the first slice. Names of threads are applied at
 * the end, when all threads are in the table.
 */
static int profile_fill(struct profile *profile, struct trace_reader *reader,
                        struct trace_process *process,
                        const struct profile_choice *choice, profile_progress *progress,
                        void *context)
{
	struct profile_reading reading = { .profile = profile,
		                               .reader = reader,
		                               .process = process };
	const struct ring_header *header = &process->header;
	int result = -1;

	if (replay_init(&profile->replay, header->start_ticks >> header->clock_shift,
	                1000 / process_quantum_ns(header)) ||
	    profile_segments(profile, reader))
		return -1;
	replay_sampled(&profile->replay, header->sample_bytes);
	replay_phases(&profile->replay, profile->phases);
	growth_begin(profile);
	if (!profile_prepare(&reading, choice))
		result = profile_replay(profile, reading.merge, progress, context);
	/* while functions inlined at its addresses can be asked for */
	if (!result)
		result = alive_read(&profile->alive, reader, process, profile->map,
		                    &profile->sources);
	profile_reading_end(&reading);
	if (result)
		return result;
	trace_reader_definitions(reader, process, thread_table_names,
	                         &profile->replay.threads);
	return go_heap_read(&profile->go_heap, reader, process, profile->map);
}

/* Returns 0; or -1 and *error: no phase of the process has this name. */
static int blocks_choose(struct profile *profile, const struct profile_choice *choice,
                         struct error *error)
{
	if (choice->blocks)
		profile->choice = *choice->blocks;
	else
		profile->choice.phase = PHASE_NUMBER_NONE;
	if (!choice->phase)
		return 0;
	profile->choice.phase = profile_phase(profile, choice->phase, error);
	return profile->choice.phase != PHASE_NUMBER_NONE ? 0 : -1;
}

struct profile *profile_read(struct trace_reader *reader, size_t process,
                             profile_progress *progress, void *context,
                             struct error *error)
{
	struct profile_choice all = { .blocks = NULL };

	return profile_read_chosen(reader, process, &all, progress, context, error);
}

/* A phase that does not exist has an error of its own; all other failures: memory is out. */
struct profile *profile_read_chosen(struct trace_reader *reader, size_t process,
                                    const struct profile_choice *choice,
                                    profile_progress *progress, void *context,
                                    struct error *error)
{
	struct trace_process *described = trace_reader_process(reader, process);
	struct profile *profile = profile_new(reader, described);

	if (profile && profile->phases && blocks_choose(profile, choice, error)) {
		profile_free(profile);
		return NULL;
	}
	if (!profile || !profile->phases ||
	    profile_fill(profile, reader, described, choice, progress, context) ||
	    replay_finish(&profile->replay)) {
		profile_free(profile);
		error_set(error, "%s: out of memory for its profile",
		          trace_reader_name(reader));
		return NULL;
	}
	/* fill in snapshots after the last event */
	live_probes_fill(&profile->replay.probes, UINT64_MAX,
	                 profile->replay.paths.live_bytes,
	                 profile->replay.paths.live_blocks);
	kept_moments_fill(&profile->replay.kept, UINT64_MAX, &profile->replay.live,
	                  profile->replay.probes.heap_peak);
	segment_moves_snapshots(&profile->segments, profile->runtimes);
	segment_moves_self_view(&profile->views, profile->runtimes);
	mappings_finish(&profile->replay.mappings);
	stack_faults_settle(&profile->replay.stacks, profile->phases->exit_start);
	phases_end(profile->phases, profile->replay.totals.time_last);
	profile->lost = lost_count(described, profile_holes(profile));
	profile->peak_ns = process_time_ns(&described->header,
	                                   profile->replay.paths.peak_time);
	profile->duration_ns = process_time_ns(&described->header,
	                                       profile->replay.totals.time_last);
	return profile;
}
