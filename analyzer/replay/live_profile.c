/* replay/live_profile.c - a profile of a recording that is still being written. */
#include "replay/live_profile.h"

#include "base/kernel_clock.h"
#include "replay/profile_parts.h"
#include "symbols/name_variants.h"
#include "symbols/namesakes.h"
#include "trace/clock.h"
#include "trace/clock_now.h"
#include "trace/definitions.h"
#include "trace/merge_growth.h"

#include <stdlib.h>

/* Few enough to take far less than a key press may wait, and many enough to ask for the time. */
#define SLICES_PER_TURN 64

struct live_profile {
	struct profile_reading reading;
	struct trace_follow *follow;
	size_t locations_named; /* of the map, when names were last told apart */
	size_t threads_named;   /* threads, when their names were last searched for */
	bool has_thread_names;  /* since then */
};

/* ---- definitions ---- */

/* Which kinds of definitions there are: a bit each. */
static uint32_t kinds_of(const uint8_t *data, size_t bytes)
{
	struct definition_cursor cursor = { .data = data, .bytes = bytes };
	uint32_t kinds = 0;

	while (definition_next(&cursor))
		kinds |= cursor.header.kind < 32 ? UINT32_C(1) << cursor.header.kind : 0;
	return kinds;
}

/* The process is in another phase: phases are made of all their records together. */
static int phases_again(struct live_profile *live)
{
	struct profile *profile = live->reading.profile;
	struct phases *phases = trace_reader_phases(live->reading.reader, profile->process);

	if (!phases)
		return -1;
	phases_free(profile->phases);
	profile->phases = phases;
	profile->replay.lives.load_end = phases->has_load ? phases->main_start : 0;
	profile->replay.lives.exit_start = phases->exit_start;
	return 0;
}

static int definitions_add(void *context, const uint8_t *data, size_t bytes)
{
	struct live_profile *live = context;
	struct profile *profile = live->reading.profile;
	uint32_t kinds = kinds_of(data, bytes);
	struct error ignored;

	if (kinds & (1u << DEFINITION_MODULE | 1u << DEFINITION_MODULE_GONE)) {
		address_map_load(profile->map, data, bytes, &ignored);
		if (address_map_seal(profile->map))
			return -1;
		event_merge_remap(live->reading.merge);
	}
	live->has_thread_names |= !!(kinds & 1u << DEFINITION_THREAD_NAME);
	return kinds & 1u << DEFINITION_PHASE ? phases_again(live) : 0;
}

/* ---- make and free ---- */

/* 0, or -1: memory is out. */
static int live_begin(struct live_profile *live, size_t process,
                      struct symbolizer *symbolizer)
{
	const struct profile_choice choice = { .symbolizer = symbolizer };
	struct profile_reading *reading = &live->reading;
	const struct ring_header *header = &reading->process->header;
	struct profile *profile = profile_new(reading->reader, reading->process);

	reading->profile = profile;
	if (!profile || !profile->phases)
		return -1;
	/* a process that runs has no second reading of its clock in its header */
	if (reading->process->is_live)
		process_clock_read(&reading->process->header);
	profile->choice.phase = PHASE_NUMBER_NONE;
	if (replay_init(&profile->replay, header->start_ticks >> header->clock_shift,
	                1000 / process_quantum_ns(header)))
		return -1;
	replay_sampled(&profile->replay, header->sample_bytes);
	/* nothing is counted by phase: phases are made again while the replay goes on */
	profile->replay.lives.load_end = profile->phases->has_load
	                                     ? profile->phases->main_start
	                                     : 0;
	profile->replay.lives.exit_start = profile->phases->exit_start;
	growth_set(&profile->replay.growth, UINT64_MAX - 1, UINT64_MAX, false);
	growth_set_events(&profile->replay.growth, 0);
	if (profile_prepare(reading, &choice))
		return -1;
	live->follow = trace_follow_new(reading->reader, process, reading->merge,
	                                definitions_add, live);
	return live->follow ? 0 : -1;
}

struct live_profile *live_profile_new(struct trace_reader *reader, size_t process,
                                      struct symbolizer *symbolizer,
                                      struct error *error)
{
	struct live_profile *live = calloc(1, sizeof(*live));

	if (live) {
		live->reading.reader = reader;
		live->reading.process = trace_reader_process(reader, process);
		if (!live_begin(live, process, symbolizer))
			return live;
	}
	live_profile_free(live);
	error_set(error, "%s: out of memory", trace_reader_name(reader));
	return NULL;
}

void live_profile_free(struct live_profile *live)
{
	if (!live)
		return;
	trace_follow_free(live->follow);
	profile_reading_end(&live->reading);
	profile_free(live->reading.profile);
	free(live);
}

/* ---- going on ---- */

int live_profile_refresh(struct live_profile *live)
{
	struct replay *replay = &live->reading.profile->replay;

	if (trace_follow_refresh(live->follow))
		return -1;
	replay->threads.copies_stacks |= !!(live->reading.process->header.flags &
	                                    RING_COPIES_STACKS);
	return 0;
}

int live_profile_replay(struct live_profile *live, uint64_t until_ns)
{
	struct event_slice slice;
	unsigned turn = 0;
	int result;

	while ((result = event_merge_next(live->reading.merge, &slice)) > 0) {
		if (replay_slice(&live->reading.profile->replay, &slice))
			return -1;
		if (++turn % SLICES_PER_TURN == 0 && kernel_now_ns() >= until_ns)
			return 1;
	}
	return result;
}

/* Names that are new may be those of other functions, too. */
static int names_settle(struct live_profile *live)
{
	struct profile *profile = live->reading.profile;
	size_t locations = address_map_location_count(profile->map);

	if (locations == live->locations_named)
		return 0;
	live->locations_named = locations;
	if (namesakes_tell(profile->symbols, profile->map))
		return -1;
	return name_variants_tell(profile->symbols);
}

/* A thread's name may be known before its first event. */
static void threads_settle(struct live_profile *live)
{
	struct profile *profile = live->reading.profile;
	struct thread_table *threads = &profile->replay.threads;

	if (threads->count == live->threads_named && !live->has_thread_names)
		return;
	live->threads_named = threads->count;
	live->has_thread_names = false;
	trace_reader_definitions(live->reading.reader, profile->process, thread_table_names,
	                         threads);
}

int live_profile_settle(struct live_profile *live)
{
	struct profile *profile = live->reading.profile;
	struct replay *replay = &profile->replay;
	const struct ring_header *header = &profile->process->header;
	uint32_t i;

	for (i = 1; i < replay->paths.count; i++)
		live_share_touch(&replay->paths, &replay->paths.paths[i].share);
	for (i = 0; i < replay->threads.count; i++)
		live_share_touch(&replay->paths, &replay->threads.items[i]->share);
	profile->lost = lost_count(profile->process, profile_holes(profile));
	profile->peak_ns = process_time_ns(header, replay->paths.peak_time);
	profile->duration_ns = process_time_ns(header, replay->totals.time_last);
	threads_settle(live);
	return names_settle(live);
}

const struct profile *live_profile_of(const struct live_profile *live)
{
	return live->reading.profile;
}

const struct trace_follow *live_profile_follow(const struct live_profile *live)
{
	return live->follow;
}
