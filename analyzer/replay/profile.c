/* replay/profile.c - what was made of a recording. */
#include "replay/profile.h"

#include "segments/size_history.h"
#include "trace/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

uint64_t profile_go_heap_age_ns(const struct profile *profile)
{
	uint64_t time_ns = process_time_ns(&profile->process->header,
	                                   profile->go_heap.time);

	return profile->duration_ns > time_ns ? profile->duration_ns - time_ns : 0;
}

bool profile_ended_early(const struct profile *profile)
{
	const struct self_view *views = &profile->views;

	return views->count && views->views[views->count - 1].reason == MAPS_END &&
	       !(profile->process->header.flags & (RING_FINISHED | RING_DETACHED));
}

bool profile_is_let_go(const struct profile *profile)
{
	uint32_t flags = profile->process->header.flags;

	return !(flags & RING_FINISHED) &&
	       (flags & (RING_DETACHED | RING_OUTLIVED) || profile->process->is_live);
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
	alive_release(&profile->alive);
	free(profile->probes);
	free(profile->view_probes);
	phases_free(profile->phases);
	free(profile);
}
