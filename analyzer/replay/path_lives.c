/* replay/path_lives.c - how the blocks of each call path lived and ended. */
#include "replay/path_lives.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define LIVES_FIRST 1024u

static uint32_t bits_of(uint64_t value)
{
	return value ? 64 - (uint32_t)__builtin_clzll(value) : 0;
}

/*
 * The limits of age classes are a factor of ten apart, more than powers of two: the bits of an
 * age and one comparison find its class.
 */
static void age_classes_init(struct path_lives *lives, double quanta_per_us)
{
	double limit = quanta_per_us;
	uint32_t i, class = 0;
	uint64_t least;

	for (i = 0; i < AGE_CLASSES - 1; i++, limit *= 10)
		lives->age_limits[i] = limit >= 1 ? (uint64_t)limit : 1;
	for (i = 0; i <= 64; i++) {
		least = i ? UINT64_C(1) << (i - 1) : 0;
		while (class < AGE_CLASSES - 1 && least >= lives->age_limits[class])
			class ++;
		lives->age_classes[i] = (uint8_t) class;
	}
}

int path_lives_init(struct path_lives *lives, double quanta_per_us)
{
	*lives = (struct path_lives){ .capacity = LIVES_FIRST };
	age_classes_init(lives, quanta_per_us);
	lives->paths = calloc(LIVES_FIRST, sizeof(*lives->paths));
	return !lives->paths || tally_init(&lives->tally) ? -1 : 0;
}

void path_lives_release(struct path_lives *lives)
{
	free(lives->paths);
	tally_release(&lives->tally);
	pair_counts_release(&lives->shared);
	*lives = (struct path_lives){ .paths = NULL };
}

int path_lives_add(struct path_lives *lives, uint32_t path, uint32_t frames,
                   uint32_t machine_frames, uint64_t vague, bool is_leaf_cut)
{
	if (array_reserve(lives->paths, lives->capacity, path + 1))
		return -1;
	lives->paths[path] = (struct path_life){ .age_min = UINT64_MAX,
		                                     .frames = frames,
		                                     .machine_frames = machine_frames,
		                                     .vague = vague,
		                                     .is_leaf_cut = is_leaf_cut,
		                                     .pattern.largest_min = UINT64_MAX };
	return 0;
}

/*
 * The table gives the class of the least age with so many bits; the age itself may be one class
 * above, so this takes a step or two.
 */
static inline uint32_t age_class(const struct path_lives *lives, uint64_t age)
{
	uint32_t class = lives->age_classes[bits_of(age)];

	while (class < AGE_CLASSES - 1 && age >= lives->age_limits[class])
		class ++;
	return class;
}

/* Count one more life of the thread. Returns how many it has then; 0 when memory is out. */
static inline uint64_t live_count(struct path_lives *lives, uint32_t path,
                                  uint32_t thread)
{
	struct life_pattern *pattern = &lives->paths[path].pattern;

	/*
	 * Most call paths have live blocks of one thread at a time, so that one number is enough.
	 * When a second thread joins in, the first thread's number is moved to the table of pairs,
	 * and both are counted there until nothing of the call path is live.
	 */
	if (!pattern->live++) {
		pattern->thread = thread;
		pattern->is_shared = false;
		return 1;
	}
	if (!pattern->is_shared) {
		if (pattern->thread == thread)
			return pattern->live;
		if (pair_counts_add(&lives->shared, path, pattern->thread,
		                    (uint32_t)(pattern->live - 1)))
			return 0;
		pattern->is_shared = pattern->was_shared = true;
	}
	if (pair_counts_add(&lives->shared, path, thread, 1))
		return 0;
	return pair_counts_get(&lives->shared, path, thread);
}

/* The first life always sets MOMENT_LARGEST: a size of 0 would not exceed largest_max. */
int path_life_begin(struct path_lives *lives, uint32_t path, uint32_t thread,
                    uint64_t size, uint64_t time)
{
	struct life_pattern *pattern = &lives->paths[path].pattern;
	uint64_t live = live_count(lives, path, thread);

	if (!live)
		return -1;
	if (!pattern->begun++) {
		pattern->first_time = time;
		pattern->moments[MOMENT_LARGEST] = (struct life_moment){ 1, time };
	}
	if (!(pattern->begun & (pattern->begun - 1))) {
		pattern->doubled_before = pattern->doubled_time;
		pattern->doubled_time = time;
	}
	pattern->mixed += pattern->is_thinning;
	if (live > pattern->live_max) {
		pattern->live_max = (uint32_t)live;
		pattern->moments[MOMENT_CROWD] = (struct life_moment){ pattern->begun, time };
	}
	if (size > pattern->largest_max)
		path_life_grow(lives, path, size, time);
	return 0;
}

void path_life_grow(struct path_lives *lives, uint32_t path, uint64_t size,
                    uint64_t time)
{
	struct life_pattern *pattern = &lives->paths[path].pattern;

	if (size <= pattern->largest_max)
		return;
	pattern->largest_max = size;
	pattern->moments[MOMENT_LARGEST] = (struct life_moment){ pattern->begun, time };
}

void path_life_crowd(struct path_life *life)
{
	struct life_pattern *pattern = &life->pattern;

	if (!pattern->live || !pattern->activations || pattern->is_tangled ||
	    pattern->was_shared || life->crossed_blocks || life->unknown_blocks ||
	    pattern->owner_most >= pattern->live_max)
		return;
	pattern->live_max = (uint32_t)pattern->owner_most;
	pattern->moments[MOMENT_CROWD] = pattern->moments[MOMENT_OWNED];
}

void path_life_over(struct path_lives *lives, uint32_t path, uint32_t thread)
{
	struct life_pattern *pattern = &lives->paths[path].pattern;

	pattern->is_thinning = --pattern->live > 0;
	if (pattern->is_shared)
		pair_counts_subtract(&lives->shared, path, thread);
}

int path_life_close(struct path_lives *lives, uint32_t path, uint64_t largest,
                    uint64_t asked)
{
	struct life_pattern *pattern = &lives->paths[path].pattern;

	if (largest < pattern->largest_min)
		pattern->largest_min = largest;
	pattern->asked += asked;
	pattern->excess += asked - largest;
	return asked > largest ? path_life_final(lives, path, largest) : 0;
}

int path_life_final(struct path_lives *lives, uint32_t path, uint64_t size)
{
	return tally_add(&lives->tally, &lives->paths[path].finals, final_key(size), 1,
	                 size, TALLY_UNBOUNDED);
}

int path_life_outgrow(struct path_lives *lives, uint32_t path, uint32_t other,
                      uint32_t frames)
{
	if (frames > REPLACED_FRAMES_MAX || other >> REPLACED_SITE_BITS)
		return 0;
	return tally_add(&lives->tally, &lives->paths[path].outgrown,
	                 REPLACED_KEY(other, frames), 1, 0, FREED_BY_KEPT);
}

void path_life_realloced(struct path_lives *lives, uint32_t path, uint32_t reallocs)
{
	struct path_life *life = &lives->paths[path];

	life->chains++;
	life->chain_reallocs += reallocs;
	if (reallocs > life->chain_longest)
		life->chain_longest = reallocs;
}

uint64_t path_life_step(struct path_lives *lives, uint32_t path, uint64_t room,
                        uint64_t last, uint64_t size)
{
	struct life_pattern *pattern = &lives->paths[path].pattern;

	if (size <= last)
		return size;
	if (size <= room) {
		pattern->spared++;
		pattern->spared_bytes += (int64_t)size;
		return room;
	}
	pattern->spared_bytes -= (int64_t)(size / 2);
	return size + size / 2;
}

int path_life_move(struct path_lives *lives, uint32_t path, uint32_t mover,
                   uint64_t size)
{
	return tally_add(&lives->tally, &lives->paths[path].realloced_by, mover, 1, size,
	                 FREED_BY_KEPT);
}

/* A pair that REPLACED_KEY cannot express is left out: the count may be too low. */
int path_life_replace(struct path_lives *lives, uint32_t path, uint32_t other,
                      uint32_t frames, bool is_before)
{
	struct path_life *life = &lives->paths[path];

	if (frames > REPLACED_FRAMES_MAX || other >> REPLACED_SITE_BITS)
		return 0;
	return tally_add(&lives->tally,
	                 is_before ? &life->replaced_before : &life->replaced_after,
	                 REPLACED_KEY(other, frames), 1, 0, FREED_BY_KEPT);
}

/*
 * Ages and freeing code count for every life that ended. Then each life counts in exactly one
 * of three ways: as static, as crossed, or by its escape depth.
 */
int path_life_end(struct path_lives *lives, uint32_t path, const struct life_end *end)
{
	struct path_life *life = &lives->paths[path];
	uint64_t bytes = end->weight * end->size;

	life->ended += end->weight;
	life->age_sum += end->weight * end->age;
	if (end->age < life->age_min)
		life->age_min = end->age;
	if (end->age > life->age_max)
		life->age_max = end->age;
	life->ages[age_class(lives, end->age)] += end->weight;
	life->between_sum += end->between;
	life->youngest += end->was_youngest;
	if (end->reallocs)
		path_life_realloced(lives, path, end->reallocs);
	if (tally_add(&lives->tally, &life->freed_by, end->freer, end->weight, bytes,
	              FREED_BY_KEPT))
		return -1;
	life->exit_blocks += end->is_at_exit ? end->weight : 0;
	if (end->is_static) {
		life->static_blocks += end->weight;
		life->static_bytes += bytes;
		return 0;
	}
	if (end->has_crossed) {
		life->crossed_blocks += end->weight;
		life->crossed_bytes += bytes;
		return 0;
	}
	if (tally_add(&lives->tally,
	              end->proof == PROOF_INFERRED ? &life->machine_inferred
	                                           : &life->machine_depths,
	              end->machine_depth, end->weight, bytes, TALLY_UNBOUNDED))
		return -1;
	return tally_add(&lives->tally, &life->depths[end->proof],
	                 depth_key(end->depth, end->depth_more, end->is_usual), end->weight,
	                 bytes, TALLY_UNBOUNDED);
}

/* The tally begins when sizes first differ: enter the blocks before, of one size, at once. */
int path_life_size(struct path_lives *lives, uint32_t path, uint64_t blocks,
                   uint64_t size, uint64_t size_before, uint64_t before)
{
	struct path_life *life = &lives->paths[path];

	if (!life->sizes && tally_add(&lives->tally, &life->sizes, bits_of(size_before),
	                              before, before * size_before, TALLY_UNBOUNDED))
		return -1;
	return tally_add(&lives->tally, &life->sizes, bits_of(size), blocks, blocks * size,
	                 TALLY_UNBOUNDED);
}
