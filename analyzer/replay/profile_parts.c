/* replay/profile_parts.c - how a profile is made, step by step. */
#include "replay/profile_parts.h"

#include "elf/allocators.h"
#include "replay/late_names.h"
#include "symbols/name_variants.h"
#include "symbols/namesakes.h"

#include <stdlib.h>

uint64_t profile_holes(const struct profile *profile)
{
	const struct replay *replay = &profile->replay;
	uint64_t holes = 0;
	size_t i;

	for (i = 0; i < replay->threads.count; i++)
		holes += replay->threads.items[i]->holes;
	return holes;
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

struct profile *profile_new(struct trace_reader *reader,
                            const struct trace_process *process)
{
	struct profile *profile = calloc(1, sizeof(*profile));

	if (!profile)
		return NULL;
	source_table_init(&profile->source_table);
	profile->process = process;
	profile->name = trace_reader_name(reader);
	profile->phases = trace_reader_phases(reader, process);
	return profile;
}

/*
 * The order matters: phases and threads must be set before the first slice. Symbols must be there
 * before it, too, as frees_for_caller() is called during the replay.
 */
int profile_prepare(struct profile_reading *reading,
                    const struct profile_choice *choice)
{
	struct profile *profile = reading->profile;
	const struct ring_header *header = &profile->process->header;

	profile->replay.threads.copies_stacks = header->flags & RING_COPIES_STACKS;
	profile->replay.is_of_stacks = choice->is_for_names;
	replay_choose(&profile->replay, &profile->choice);
	profile->symbols = symbol_table_new();
	profile->map = trace_reader_map(reading->reader, profile->process);
	if (!profile->symbols || !profile->map ||
	    names_read(profile, reading->reader, choice) ||
	    trace_reader_costs(reading->reader, profile->process, &profile->costs) ||
	    namesakes_tell(profile->symbols, profile->map) ||
	    name_variants_tell(profile->symbols))
		return -1;
	if (choice->symbolizer &&
	    !(reading->answers = source_answerer_new(profile->symbols, profile->map,
	                                             choice->symbolizer)))
		return -1;
	if (profile->renamed)
		source_answerer_limit(reading->answers, profile->renamed);
	if (source_map_init(&profile->sources, profile->map, &profile->source_table,
	                    profile->symbols, source_answerer_given(reading->answers)))
		return -1;
	profile->replay.sources = &profile->sources;
	inner_frames_ask(&profile->replay.lives.freers, frees_for_caller, profile);
	reading->merge = event_merge_new(reading->reader, reading->process, profile->map,
	                                 replay_preview, &profile->replay);
	/* Reset what an earlier profile of the process counted: it is counted again. */
	reading->process->damaged_events = 0;
	return reading->merge ? 0 : -1;
}

void profile_reading_end(struct profile_reading *reading)
{
	event_merge_free(reading->merge);
	if (reading->profile)
		reading->profile->sources.answers = NULL;
	source_answerer_free(reading->answers);
	reading->merge = NULL;
	reading->answers = NULL;
}
