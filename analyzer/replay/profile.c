/* replay/profile.c - the whole pipeline in one call. */
#include "replay/profile.h"

#include "elf/allocators.h"
#include "symbols/name_variants.h"
#include "symbols/namesakes.h"
#include "trace/clock.h"
#include "segments/own_memory.h"
#include "segments/reassign.h"
#include "segments/self_snapshots.h"
#include "segments/size_history.h"
#include "replay/late_names.h"
#include "replay/source_answers.h"
#include "replay/stack_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Often enough for a progress line, and too rare to cost anything. */
#define PROGRESS_SLICES 4096

static uint64_t holes_count(const struct replay *replay)
{
	uint64_t holes = 0;
	size_t i;

	for (i = 0; i < replay->threads.count; i++)
		holes += replay->threads.items[i]->holes;
	return holes;
}

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
	kept_moments_await(&profile->replay.kept, &profile->heaps);
	segment_history_see(history, profile->phases, &profile->process->header);
	if (self_snapshots_add(history, views, &profile->process->header))
		return -1;
	own_memory_subtract(history, views, profile->process->header.start_ns);
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

const struct symbol_frame *profile_machine_frames(const struct profile *profile,
                                                  uint32_t location, size_t *count)
{
	const struct location *at = address_map_location(profile->map, location);

	return symbol_table_find(profile->symbols, at->module, at->offset, count);
}

const struct symbol_frame *profile_frames(const struct profile *profile,
                                          uint32_t location, size_t *count)
{
	const struct source_location *source = &profile->sources.locations[location];
	const struct symbol_frame *frames = profile_machine_frames(profile, source->machine,
	                                                           count);

	if (!source->count)
		return frames;
	if (source->first >= *count)
		*count = 0; /* the recording has fewer names than functions */
	else
		*count = 1;
	return frames + source->first;
}

/* A inner_frame_passes that uses the names of the recording, as far as it has them. */
static bool frees_for_caller(const void *context, uint32_t number)
{
	const struct profile *profile = context;
	const struct symbol_frame *frames;
	size_t count;

	frames = profile_frames(profile, number, &count);
	return count && (frames[count - 1].is_library ||
	                 is_allocator_name(frames[count - 1].function) ||
	                 is_deallocator_name(frames[count - 1].function));
}

/* Read the recording's names, as far as they are wanted. */
static int names_read(struct profile *profile, struct trace_reader *reader,
                      const struct profile_choice *choice)
{
	struct late_names names = { profile->process, profile->map, profile->symbols,
		                        &profile->source_table, NULL };
	int result;

	if (choice->is_renaming) {
		result = late_names_read(&names, reader, choice->symbolizer);
		profile->renamed = names.renamed;
		return result;
	}
	if (trace_reader_symbols(reader, profile->process, profile->symbols))
		return -1;
	return trace_reader_sources(reader, profile->process, &profile->source_table);
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
}

/*
 * Replay everything. The order matters: probes, phases and threads must be set before the first
 * slice. Symbols must be there before it, too, as frees_for_caller() is called during the
 * replay. Names of threads are applied at the end, when all threads are in the table.
 */
static int profile_fill(struct profile *profile, struct trace_reader *reader,
                        struct trace_process *process,
                        const struct profile_choice *choice, profile_progress *progress,
                        void *context)
{
	const struct ring_header *header = &process->header;
	struct source_answerer *answers = NULL;
	struct event_merge *merge;
	int result;

	if (replay_init(&profile->replay, header->start_ticks >> header->clock_shift,
	                1000 / process_quantum_ns(header)) ||
	    profile_segments(profile, reader))
		return -1;
	profile->replay.threads.copies_stacks = header->flags & RING_COPIES_STACKS;
	profile->replay.is_of_stacks = choice->is_for_names;
	replay_phases(&profile->replay, profile->phases);
	growth_begin(profile);
	replay_choose(&profile->replay, &profile->choice);
	profile->symbols = symbol_table_new();
	profile->map = trace_reader_map(reader, process);
	if (!profile->symbols || !profile->map || names_read(profile, reader, choice) ||
	    trace_reader_costs(reader, process, &profile->costs) ||
	    namesakes_tell(profile->symbols, profile->map) ||
	    name_variants_tell(profile->symbols))
		return -1;
	if (choice->symbolizer &&
	    !(answers = source_answerer_new(profile->symbols, profile->map,
	                                    choice->symbolizer)))
		return -1;
	if (profile->renamed)
		source_answerer_limit(answers, profile->renamed);
	if (source_map_init(&profile->sources, profile->map, &profile->source_table,
	                    profile->symbols, source_answerer_given(answers))) {
		source_answerer_free(answers);
		return -1;
	}
	profile->replay.sources = &profile->sources;
	inner_frames_ask(&profile->replay.lives.freers, frees_for_caller, profile);
	merge = event_merge_new(reader, process, profile->map, replay_preview,
	                        &profile->replay);
	if (!merge) {
		source_answerer_free(answers);
		return -1;
	}
	/* Reset what an earlier profile of the process counted: it is counted again. */
	process->damaged_events = 0;
	result = profile_replay(profile, merge, progress, context);
	event_merge_free(merge);
	profile->sources.answers = NULL;
	source_answerer_free(answers);
	trace_reader_definitions(reader, process, thread_table_names,
	                         &profile->replay.threads);
	if (!result)
		result = go_heap_read(&profile->go_heap, reader, process, profile->map);
	return result;
}

/*
 * List the phases that the process was in and whose names have this part, as many as there is room
 * for; *last: the last one. Returns how many there are.
 */
static uint32_t phases_list(char *names, size_t bytes, const struct phases *phases,
                            const char *part, uint32_t *last)
{
	uint32_t count = 0, i;
	size_t used = 0;

	*names = 0;
	for (i = 0; i < phases->count; i++) {
		if (!phases_has(phases, i) || !strstr(phases->totals[i].name, part))
			continue;
		if (used < bytes)
			used += (size_t)snprintf(names + used, bytes - used, "%s%s",
			                         count ? ", " : "", phases->totals[i].name);
		*last = i;
		count++;
	}
	if (used >= bytes)
		strcpy(names + bytes - 4, "..");
	return count;
}

uint32_t profile_phase(const struct profile *profile, const char *name,
                       struct error *error)
{
	const struct phases *phases = profile->phases;
	uint32_t number = phases_find(phases, name), parts;
	char names[320];

	if (number != PHASE_NUMBER_NONE)
		return number;
	parts = phases_list(names, sizeof(names), phases, name, &number);
	if (parts == 1 && *name)
		return number;
	if (parts > 1 && *name) {
		error_set(error, "%s: phase '%s' may be %s", profile->name, name, names);
		return PHASE_NUMBER_NONE;
	}
	phases_list(names, sizeof(names), phases, "", &number);
	error_set(error, "%s: no phase '%s': it has %s", profile->name, name, names);
	return PHASE_NUMBER_NONE;
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

struct block_totals profile_chosen(const struct profile *profile)
{
	const struct replay *replay = &profile->replay;
	struct block_totals chosen = { .allocations = replay->totals.allocations,
		                           .bytes = replay->totals.bytes };
	uint32_t i;

	for (i = 1; i < replay->paths.count; i++)
		chosen.blocks += replay_life(replay, i)->pattern.begun;
	return chosen;
}

struct block_totals profile_all(const struct profile *profile)
{
	const struct block_totals *ignored = &profile->replay.ignored;
	struct block_totals all = profile_chosen(profile);

	all.blocks += ignored->blocks;
	all.allocations += ignored->allocations;
	all.bytes += ignored->bytes;
	return all;
}

uint64_t profile_goroutine_stacks(const struct profile *profile)
{
	const struct segment_history *history = &profile->segments;

	return history->count
	           ? history->snapshots[history->count - 1].uses[SEGMENT_GO_STACK].size
	           : 0;
}

bool profile_ended_early(const struct profile *profile)
{
	const struct self_view *views = &profile->views;

	return views->count && views->views[views->count - 1].reason == MAPS_END &&
	       !(profile->process->header.flags & RING_FINISHED);
}

/* A phase that does not exist has an error of its own; all other failures: memory is out. */
struct profile *profile_read_chosen(struct trace_reader *reader, size_t process,
                                    const struct profile_choice *choice,
                                    profile_progress *progress, void *context,
                                    struct error *error)
{
	struct trace_process *described = trace_reader_process(reader, process);
	struct profile *profile = calloc(1, sizeof(*profile));

	if (profile) {
		source_table_init(&profile->source_table);
		profile->process = described;
		profile->name = trace_reader_name(reader);
		profile->phases = trace_reader_phases(reader, described);
	}
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
	profile->lost = lost_count(described, holes_count(&profile->replay));
	profile->peak_ns = process_time_ns(&described->header,
	                                   profile->replay.paths.peak_time);
	profile->duration_ns = process_time_ns(&described->header,
	                                       profile->replay.totals.time_last);
	return profile;
}

void profile_free(struct profile *profile)
{
	if (!profile)
		return;
	replay_release(&profile->replay);
	symbol_table_free(profile->symbols);
	source_map_release(&profile->sources);
	source_table_release(&profile->source_table);
	address_map_free(profile->map);
	free(profile->renamed);
	size_history_release(&profile->segments.sizes);
	segment_history_release(&profile->segments);
	self_view_release(&profile->views);
	heap_maps_release(&profile->heaps);
	go_heap_release(&profile->go_heap);
	free(profile->probes);
	free(profile->view_probes);
	phases_free(profile->phases);
	free(profile);
}
