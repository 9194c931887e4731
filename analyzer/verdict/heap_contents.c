/* verdict/heap_contents.c - what a heap consists of. */
#include "verdict/heap_contents.h"
#include "trace/clock.h"

/* kept memory below this is not worth a warning */
#define ODD_BYTES (UINT64_C(4) << 20)
#define LOST_SHARE 100 /* if one in so many events was lost, what lives is a guess */

bool segment_inside_is_lost(const struct profile *profile)
{
	uint64_t lost = profile->lost.events;

	return lost > (profile->replay.totals.events + lost) / LOST_SHARE;
}

/*
 * What of the live blocks was not in memory, if a later map of the heap's pages shows it: as many
 * blocks and bytes lived then. What was not touched by then was not touched before.
 */
static void absent_find(struct segment_inside *inside, const struct profile *profile,
                        uint64_t time)
{
	const struct kept *kept;
	uint64_t bytes, blocks;
	size_t i;

	for (i = 0; i < HEAP_MOMENTS && !inside->has_absent; i++) {
		kept = &profile->replay.kept.moments[i];
		bytes = kept->all.live + kept->absent;
		blocks = kept->all.blocks;
		if (!kept->is_filled || kept->time < time || kept->mapped_blocks ||
		    kept->other_blocks || blocks != inside->blocks || bytes != inside->live)
			continue;
		inside->absent = kept->absent;
		inside->has_absent = true;
	}
}

struct segment_inside segment_inside(const struct profile *profile, size_t snapshot)
{
	const struct segment_snapshot *seen = &profile->segments.snapshots[snapshot];
	const struct live_probe *probe = &profile->probes[snapshot];
	struct segment_inside inside = {
		.rss = seen->uses[SEGMENT_HEAP].rss,
		.live = probe->live_bytes,
		.blocks = probe->live_blocks,
		.has_overhead = !(profile->runtimes & RUNTIME_MALLOC),
		.is_known = !(profile->process->header.flags &
		              (RING_OWN_MALLOC | RING_MALLOC_BEFORE)) &&
		            block_choice_is_all(&profile->choice) &&
		            !segment_inside_is_lost(profile),
	};

	if (inside.has_overhead)
		inside.overhead = probe->chunk_bytes - probe->live_bytes;
	absent_find(&inside, profile, probe->time);
	/* live blocks that were never touched are not resident, so the sum may be more than rss */
	if (inside.rss > inside.live - inside.absent + inside.overhead)
		inside.kept = inside.rss - (inside.live - inside.absent) - inside.overhead;
	return inside;
}

bool segment_is_in_phase(const struct profile *profile, uint64_t time_ns,
                         uint32_t number)
{
	uint64_t time = process_time_quanta(&profile->process->header, time_ns);
	const struct phase_span *named = phases_named_at(profile->phases, time);

	return phases_at(profile->phases, time)->number == number ||
	       (named && named->number == number);
}

/* The program's own phases lie within load, main and exit, and say more: they come first. */
const char *segment_phase(const struct profile *profile, uint64_t time_ns)
{
	const struct phases *phases = profile->phases;
	uint64_t time = process_time_quanta(&profile->process->header, time_ns);
	const struct phase_span *named = phases_named_at(phases, time);
	uint32_t number = phases_at(phases, time)->number;

	if (named && named->number != PHASE_NUMBER_NONE)
		number = named->number;
	return phases->totals[number].name;
}

/* At least as much as the live blocks take, and enough to matter. */
static bool is_odd(const struct segment_inside *inside)
{
	return inside->is_known && inside->kept >= ODD_BYTES &&
	       inside->kept > inside->live - inside->absent + inside->overhead;
}

/*
 * How many snapshots there are before the exit phase: in that phase nothing is left for which
 * memory that was kept could be used.
 */
static size_t count_before_exit(const struct profile *profile)
{
	const struct segment_history *history = &profile->segments;
	size_t count = 0;

	while (count < history->count &&
	       !segment_is_in_phase(profile, history->snapshots[count].time_ns, PHASE_EXIT))
		count++;
	return count;
}

bool segment_inside_odd(const struct profile *profile, size_t *snapshot)
{
	size_t count = count_before_exit(profile), i;
	struct segment_inside inside;
	bool was_odd = false, has_one = false;
	uint64_t worst = 0;

	/*
	 * A single odd snapshot may be in the middle of a change, so the one before must be odd,
	 * too.
	 */
	for (i = 0; i < count; i++) {
		inside = segment_inside(profile, i);
		if (was_odd && is_odd(&inside) && (inside.kept > worst || i + 1 == count)) {
			worst = inside.kept;
			*snapshot = i;
			has_one = true;
		}
		was_odd = is_odd(&inside);
	}
	return has_one;
}
