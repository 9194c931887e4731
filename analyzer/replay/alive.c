/* replay/alive.c - what is alive in a flight recorder's account. */
#include "replay/alive.h"

#include "base/array.h"
#include "replay/source_stack.h"
#include "trace/account.h"

#include <stdlib.h>
#include <string.h>

#define WEIGHT_ONE (UINT64_C(1) << ACCOUNT_WEIGHT_BITS)

void alive_release(struct alive *alive)
{
	free(alive->paths);
	free(alive->locations);
	*alive = (struct alive){ .is_known = false };
}

/*
 * The window begins with the oldest of the chunks that were taken in the last round through the
 * ring. Older ones are there only because their threads hold them, and write little.
 */
static void window_find(struct alive *alive, const struct trace_process *process)
{
	const struct ring_header *header = &process->header;
	const struct chunk_list *chunks = &process->chunks;
	uint64_t last = 0, first = TIME_NEVER;
	size_t i;

	alive->window_time = header->start_ticks >> header->clock_shift;
	alive->is_window_cut = header->lost[LOST_OVERWRITTEN] != 0;
	for (i = 0; i < chunks->count; i++)
		last = chunks->entries[i].ticket > last ? chunks->entries[i].ticket : last;
	for (i = 0; i < chunks->count; i++) {
		if (chunks->entries[i].ticket + header->chunk_count > last &&
		    chunks->entries[i].time_first < first)
			first = chunks->entries[i].time_first;
	}
	if (alive->is_window_cut && first != TIME_NEVER)
		alive->window_time = first;
}

/* ---- sums --------------------------------------------------------------------------- */

static void sum_add(struct alive_sum *to, uint64_t size, uint64_t mean_bytes)
{
	double p = sample_probability(size, mean_bytes), blocks = (1 - p) / p / p;
	const struct sample_variance one = { blocks, blocks * (double)size * (double)size,
		                                 blocks };

	to->seen++;
	to->blocks += 1 / p;
	to->bytes += (double)size / p;
	sample_variance_add(&to->variance, &one);
}

static void block_add(const struct alive *alive, struct alive_path *path,
                      const struct account_alive *block)
{
	sum_add(&path->live, block->size, alive->mean_bytes);
	if (alive->is_window_cut && block->time < alive->window_time)
		sum_add(&path->before, block->size, alive->mean_bytes);
	if (block->time < path->time_oldest)
		path->time_oldest = block->time;
}

/* ---- call paths --------------------------------------------------------------------- */

/* What turns machine frames into source frames, as those of a thread. */
struct unfolding {
	struct address_map *map;
	struct source_map *sources;
	struct thread *thread;
};

/* The thread's stack becomes that of the call path. 0, or -1: memory is out. */
static int path_unfold(const struct unfolding *unfolding, const struct account *account,
                       const struct account_entry *entry)
{
	uint32_t locations[ACCOUNT_FRAMES_MAX], gaps[ACCOUNT_FRAMES_MAX], gap_count = 0;
	uint32_t count = entry->path.frame_count, i;
	uint64_t frame;

	for (i = 0; i < count; i++) {
		frame = account->frames[entry->first + count - 1 - i];
		locations[i] = address_map_find(unfolding->map, frame & ~ACCOUNT_FRAME_GAP,
		                                entry->path.time_last);
		if (locations[i] == LOCATION_NONE)
			return -1;
		if (frame & ACCOUNT_FRAME_GAP)
			gaps[gap_count++] = i;
	}
	unfolding->thread->depth = 0;
	return source_stack_restart(unfolding->sources, unfolding->thread, locations, count,
	                            gaps, gap_count);
}

static int path_add(struct alive *alive, const struct account *account,
                    const struct account_entry *entry,
                    const struct unfolding *unfolding)
{
	const struct thread *thread = unfolding->thread;
	struct alive_path path = { .first = alive->location_count,
		                       .left_out = entry->path.frames_left_out,
		                       .born_blocks = (double)entry->path.born_blocks /
		                                      (double)WEIGHT_ONE,
		                       .born_bytes = (double)entry->path.born_bytes,
		                       .births = entry->path.births,
		                       .time_oldest = TIME_NEVER };
	uint32_t i;

	if (path_unfold(unfolding, account, entry) ||
	    array_reserve(alive->locations, alive->location_capacity,
	                  alive->location_count + thread->depth) ||
	    array_reserve(alive->paths, alive->path_capacity, alive->path_count + 1))
		return -1;
	path.count = thread->depth;
	for (i = path.count; i-- > 0;)
		alive->locations[alive->location_count++] = thread->stack[i].location;
	alive->paths[alive->path_count++] = path;
	return 0;
}

static int paths_add(struct alive *alive, const struct account *account,
                     struct address_map *map, struct source_map *sources)
{
	struct unfolding unfolding = { map, sources, calloc(1, sizeof(struct thread)) };
	int result = unfolding.thread ? 0 : -1;
	size_t i;

	for (i = 0; i < account->entry_count && !result; i++)
		result = path_add(alive, account, &account->entries[i], &unfolding);
	if (unfolding.thread) {
		free(unfolding.thread->stack);
		free(unfolding.thread->levels);
		free(unfolding.thread->doubts.items);
		free(unfolding.thread->open.items);
		free(unfolding.thread->supported.items);
	}
	free(unfolding.thread);
	return result;
}

static void total_add(struct alive *alive, const struct alive_path *path)
{
	struct alive_path *total = &alive->total;
	const struct alive_sum *from[] = { &path->live, &path->before };
	struct alive_sum *to[] = { &total->live, &total->before };
	int i;

	for (i = 0; i < 2; i++) {
		to[i]->blocks += from[i]->blocks;
		to[i]->bytes += from[i]->bytes;
		to[i]->seen += from[i]->seen;
		sample_variance_add(&to[i]->variance, &from[i]->variance);
	}
	total->born_blocks += path->born_blocks;
	total->born_bytes += path->born_bytes;
	total->births += path->births;
	if (path->time_oldest < total->time_oldest)
		total->time_oldest = path->time_oldest;
}

static int paths_compare(const void *left, const void *right)
{
	const struct alive_path *a = left, *b = right;

	if (a->live.bytes != b->live.bytes)
		return a->live.bytes > b->live.bytes ? -1 : 1;
	if (a->born_bytes != b->born_bytes)
		return a->born_bytes > b->born_bytes ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

static int account_take(void *account, const uint8_t *data, size_t bytes,
                        struct error *error)
{
	return account_load(account, data, bytes, error);
}

/* Sum up what was read. 0, or -1: memory is out. */
static int alive_fill(struct alive *alive, const struct account *account,
                      struct address_map *map, struct source_map *sources)
{
	size_t i;

	alive->mean_bytes = account->header.mean_bytes;
	alive->unplaced = account->header.unplaced;
	alive->is_full = account->entries[0].path.births != 0;
	alive->damaged = account->damaged;
	alive->total.time_oldest = TIME_NEVER;
	if (paths_add(alive, account, map, sources))
		return -1;
	for (i = 0; i < account->block_count; i++)
		block_add(alive, &alive->paths[account->blocks[i].entry], &account->blocks[i]);
	for (i = 0; i < alive->path_count; i++)
		total_add(alive, &alive->paths[i]);
	qsort(alive->paths, alive->path_count, sizeof(*alive->paths), paths_compare);
	alive->is_known = true;
	return 0;
}

int alive_read(struct alive *alive, struct trace_reader *reader,
               const struct trace_process *process, struct address_map *map,
               struct source_map *sources)
{
	struct account account = { .is_known = false };
	int result;

	*alive = (struct alive){ .is_known = false };
	window_find(alive, process);
	result = trace_reader_payloads(reader, &process->accounts, account_take, &account);
	if (!result && account.is_known)
		result = alive_fill(alive, &account, map, sources);
	account_release(&account);
	return result ? -1 : 0;
}
