/*
 * source_blocks.c - `source_blocks TRACE`: what the replay says of every block of the process
 * with most events, in source frames. For check.py, which compares two builds of a program.
 *
 *   path NUMBER      then a line for each frame of the call path, the outermost first:
 *   > MODULE KIND NAME
 *                    the name of the module's file ("-" if there is none), KIND "library" if
 *                    the function is of a standard library, else "user", and its name
 *   block THREAD NUMBER SIZE PATH STATE DEPTH PROOF
 *                    in the order in which the thread allocated them. STATE: freed, crossed,
 *                    static, live, missed. DEPTH: how many frames of the path had ended, and
 *                    PROOF: how that is known; both are 0 unless the block was freed by its
 *                    own thread.
 *
 * The calls of the replay that begin and end a block are wrapped by the linker, so the replay
 * itself carries nothing for this test.
 */
#include "replay/block_lives.h"
#include "replay/profile.h"
#include "symbols/symbolizer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state { LIVE, FREED, CROSSED, STATIC, MISSED };
static const char *const state_names[] = { "live", "freed", "crossed", "static",
	                                       "missed" };

struct tapped {
	uint64_t sequence; /* of its birth, in its thread */
	uint64_t size;
	uint32_t thread, path, depth;
	enum state state;
	enum frame_proof proof;
};

static struct tapped *blocks;
static size_t count, capacity;

/* The block that is ending, and how many births of each thread are searched for it. */
static struct tapped *ending;

__typeof__(block_lives_begin) __real_block_lives_begin, __wrap_block_lives_begin;
__typeof__(block_lives_end) __real_block_lives_end, __wrap_block_lives_end;
__typeof__(block_lives_missed) __real_block_lives_missed, __wrap_block_lives_missed;
__typeof__(path_life_end) __real_path_life_end, __wrap_path_life_end;

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "source_blocks: %s: %s\n", name, what);
	exit(2);
}

/* ---- births and ends --------------------------------------------------------------- */

/* All blocks by (thread, sequence): open addressing, slots hold 1 + the index of a block. */
static uint32_t *slots;
static size_t slot_count;

static size_t slot_of(uint32_t thread, uint64_t sequence)
{
	size_t slot = (size_t)(((uint64_t)thread << 40 ^ sequence) *
	                       UINT64_C(0x9E3779B97F4A7C15)) &
	              (slot_count - 1);

	while (slots[slot] && (blocks[slots[slot] - 1].sequence != sequence ||
	                       blocks[slots[slot] - 1].thread != thread))
		slot = (slot + 1) & (slot_count - 1);
	return slot;
}

static void blocks_grow(void)
{
	size_t i;

	capacity = capacity ? 2 * capacity : 1 << 16;
	blocks = realloc(blocks, capacity * sizeof(*blocks));
	free(slots);
	slot_count = 2 * capacity;
	slots = calloc(slot_count, sizeof(*slots));
	if (!blocks || !slots)
		fail("out of memory", "blocks");
	for (i = 0; i < count; i++)
		slots[slot_of(blocks[i].thread, blocks[i].sequence)] = (uint32_t)i + 1;
}

static struct tapped *block_find(const struct block_lives *lives,
                                 const struct block *block)
{
	struct chain origin = block_lives_origin(lives, block);
	size_t slot = slot_count ? slot_of(origin.thread, origin.sequence) : 0;

	return slot_count && slots[slot] ? &blocks[slots[slot] - 1] : NULL;
}

int __wrap_block_lives_begin(struct block_lives *lives, struct thread *const *threads,
                             struct thread *by, const struct block *block)
{
	if (count == capacity)
		blocks_grow();
	blocks[count] = (struct tapped){ .sequence = block->sequence,
		                             .size = block->size,
		                             .thread = block->thread,
		                             .path = block->path };
	count++;
	slots[slot_of(block->thread, block->sequence)] = (uint32_t)count;
	return __real_block_lives_begin(lives, threads, by, block);
}

int __wrap_block_lives_end(struct block_lives *lives, struct thread *const *threads,
                           struct thread *by, uint64_t time, const struct block *block)
{
	ending = block_find(lives, block);
	return __real_block_lives_end(lives, threads, by, time, block);
}

int __wrap_block_lives_missed(struct block_lives *lives, struct thread *const *threads,
                              const struct block *block)
{
	struct tapped *missed = block_find(lives, block);

	if (missed)
		missed->state = MISSED;
	return __real_block_lives_missed(lives, threads, block);
}

int __wrap_path_life_end(struct path_lives *lives, uint32_t path,
                         const struct life_end *end)
{
	if (ending) {
		ending->state = end->is_static ? STATIC : end->has_crossed ? CROSSED : FREED;
		ending->depth = end->depth;
		ending->proof = end->proof;
	}
	ending = NULL;
	return __real_path_life_end(lives, path, end);
}

/* ---- the output ---------------------------------------------------------------------- */

static void frame_print(const struct profile *profile, uint32_t location)
{
	const struct location *at = address_map_location(
		profile->map, profile->sources.locations[location].machine);
	const char *path = "-", *slash;
	const struct symbol_frame *frames;
	size_t frame_count;

	if (at->module != MODULE_NONE)
		path = address_map_module(profile->map, at->module)->path;
	slash = strrchr(path, '/');
	frames = profile_frames(profile, location, &frame_count);
	printf("> %s %s %s\n", slash ? slash + 1 : path,
	       frame_count && frames[frame_count - 1].is_library ? "library" : "user",
	       frame_count ? frames[frame_count - 1].function : "?");
}

static void path_print(const struct profile *profile, uint32_t path)
{
	const struct call_tree *tree = &profile->replay.tree;
	uint32_t node = profile_path(profile, path)->node, at = node, frames = 0, i;
	uint32_t *locations;

	for (; at != CALL_ROOT; at = tree->nodes[at].parent)
		frames++;
	locations = calloc(frames + 1, sizeof(*locations));
	if (!locations)
		fail("out of memory", "paths");
	for (i = frames, at = node; i-- > 0; at = tree->nodes[at].parent)
		locations[i] = tree->nodes[at].location;
	printf("path %u\n", path);
	for (i = 0; i < frames; i++)
		frame_print(profile, locations[i]);
	free(locations);
}

static int birth_order(const void *left, const void *right)
{
	const struct tapped *a = left, *b = right;

	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

static void blocks_print(const struct profile *profile)
{
	static const char *const proofs[PROOF_COUNT] = { "proved", "supported", "open",
		                                             "inferred" };
	size_t i, number = 0;

	for (i = 1; i < profile->replay.paths.count; i++)
		path_print(profile, (uint32_t)i);
	qsort(blocks, count, sizeof(*blocks), birth_order);
	for (i = 0; i < count; i++) {
		const struct tapped *block = &blocks[i];
		const struct thread *thread = profile->replay.threads.items[block->thread];

		number = i && blocks[i - 1].thread == block->thread ? number + 1 : 0;
		printf("block %s %zu %" PRIu64 " %u %s %u %s\n",
		       *thread->name ? thread->name : "-", number, block->size, block->path,
		       state_names[block->state], block->depth, proofs[block->proof]);
	}
}

int main(int argc, char **argv)
{
	struct profile_choice choice = { .phase = NULL };
	struct trace_reader *reader;
	struct profile *profile;
	struct error error;
	size_t best = 0, i;

	if (argc != 2)
		fail("usage: source_blocks TRACE", "arguments");
	reader = trace_reader_open(argv[1], &error);
	if (!reader)
		fail(error.message, argv[1]);
	for (i = 1; i < trace_reader_process_count(reader); i++) {
		if (trace_reader_process(reader, i)->events >
		    trace_reader_process(reader, best)->events)
			best = i;
	}
	profile = profile_read_chosen(reader, best, &choice, NULL, NULL, &error);
	if (!profile)
		fail(error.message, argv[1]);
	blocks_print(profile);
	profile_free(profile);
	trace_reader_close(reader);
	return 0;
}
