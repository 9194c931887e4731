/* verdict/saving.c - what a change to a call site would save. */
#include "verdict/saving.h"

/* What the change takes away with each of its calls. */
struct span {
	double least, most;
};

/* malloc maps blocks of this size, unless it has kept memory for them */
#define MAPPED_BYTES_MIN (UINT64_C(128) << 10)
#define PAGE_BYTES 4096

/*
 * A pair that meets memory in no cache misses at most where it allocates, where it frees, and where
 * it merges what is free with what lies beside it. At least nowhere: the program may just have read
 * the block, as destructors do, or freed its neighbour, with which it shares a line.
 */
#define MISSES_MOST 3

/* Blocks of this age class, a millisecond, and older ones have left the caches, if others came. */
#define AGE_CLASS_OLD 4

/*
 * The part of the blocks that is in no cache when it is freed: those that lived long, in a program
 * whose blocks alone fill half of the largest cache. The rest is for all else that uses the cache.
 */
static double far_part(const struct classes *classes,
                       const struct life_summary *summary)
{
	uint64_t cache = classes->profile->costs.memory.cache_bytes, old = 0;
	unsigned class;

	if (!cache || !summary->ended ||
	    classes->profile->replay.paths.peak_bytes < cache / 2)
		return 0;
	for (class = AGE_CLASS_OLD; class < AGE_CLASSES; class ++)
		old += summary->ages[class];
	return (double)old / (double)summary->ended;
}

/* The part of the blocks that was their thread's youngest when they were freed. */
static double young_part(const struct life_summary *summary)
{
	double young = 0;

	if (summary->ended)
		young = (double)summary->youngest / (double)summary->ended;
	/* calloc uses no memory that was freed last, in most versions of glibc */
	if (summary->begun)
		young *= 1 - (double)summary->callocs / (double)summary->begun;
	return young;
}

/* What blocks of one size cost: least if each is freed at once, most if many are alive. */
static struct span size_cost(const struct allocator_costs *costs, uint64_t size)
{
	const struct costs_class *class = allocator_costs_of(costs, size);
	struct span cost = { (double)class->least, (double)class->most };
	uint64_t pages = size / PAGE_BYTES;

	if (size >= MAPPED_BYTES_MIN)
		cost.most = (double)costs->memory.map +
		            (double)costs->memory.touch * (double)pages;
	return cost;
}

/*
 * What a malloc and its free cost, in picoseconds, averaged over the sizes of the blocks. A block
 * that was its thread's youngest when it was freed costs near the least. One that lived with others
 * costs between that and what was measured for many; in real programs up to twice as much,
 * as their code is not as hot as a loop that only allocates. Blocks that no cache has may cost
 * their misses, too. A new block of calloc's is cleared, which may still be needed.
 */
static struct span pair_cost(const struct classes *classes,
                             const struct life_summary *summary)
{
	const struct allocator_costs *costs = &classes->profile->costs;
	double quick = 0, slow = 0, all = 0, bytes = 0, least, most;
	double young = young_part(summary), far = far_part(classes, summary);
	double miss = (double)costs->memory.miss, clear = 0;
	const struct rank *rank;
	struct span each;
	size_t i;

	for (i = 0; i < summary->sizes.count; i++) {
		rank = &summary->sizes.ranks[i];
		if (!rank->blocks)
			continue;
		each = size_cost(costs, rank->bytes / rank->blocks);
		quick += each.least * (double)rank->blocks;
		slow += each.most * (double)rank->blocks;
		bytes += (double)rank->bytes;
		all += (double)rank->blocks;
	}
	if (all > 0) {
		quick /= all;
		slow /= all;
		clear = bytes / all / 1024 * (double)costs->memory.clear_most;
	}
	if (summary->begun)
		clear *= (double)summary->callocs / (double)summary->begun;
	if (young + far > 1)
		far = 1 - young;
	least = young * quick + (1 - young) * (quick + slow) / 2;
	most = young * 2 * quick + (1 - young) * 2 * slow + far * MISSES_MOST * miss;
	return (struct span){ least, most + clear };
}

/* So many picoseconds in whole ns. Counts and costs are from the trace: a sum may be any number. */
static uint64_t whole_ns(double picoseconds)
{
	double ns = picoseconds / 1000;

	if (!(ns > 0))
		return 0;
	return ns < (double)UINT64_MAX ? (uint64_t)ns : UINT64_MAX;
}

/* Add up a saving's time: its calls, and the copying of so many bytes. */
static void time_set(struct saving *saving, const struct classes *classes,
                     struct span pair, double copied_least, double copied_most)
{
	const struct costs_header *costs = &classes->profile->costs.header;
	double calls = (double)saving->calls;

	saving->ns_least = whole_ns(calls * pair.least +
	                            copied_least / 1024 * (double)costs->copy_least);
	saving->ns_most = whole_ns(calls * pair.most +
	                           copied_most / 1024 * (double)costs->copy_most);
}

/* a - b, or 0 if that cannot be: then nothing is promised */
static uint64_t rest_of(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* a + b, or the most that there can be */
static uint64_t sum_of(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

struct saving saving_of_blocks(const struct classes *classes,
                               const struct life_summary *summary, uint64_t left)
{
	struct saving saving = { .calls = 0 };
	uint64_t kept;

	saving.calls = rest_of(summary->begun + summary->chain_reallocs, left);
	if (__builtin_mul_overflow(left, summary->largest_max, &kept))
		kept = UINT64_MAX;
	saving.bytes = rest_of(summary->asked, kept);
	time_set(&saving, classes, pair_cost(classes, summary), 0, (double)summary->excess);
	return saving;
}

uint64_t saving_arena_bytes(const struct life_summary *summary)
{
	return rest_of(summary->asked, summary->excess) /
	       (summary->activations ? summary->activations : 1);
}

/* Blocks that are taken out of pieces of an arena, which each activation of their owner has. */
static struct saving saving_of_pieces(const struct classes *classes,
                                      const struct life_summary *summary)
{
	struct saving saving = saving_of_blocks(classes, summary, 0);
	uint64_t each = saving_arena_bytes(summary), unused = 0, pieces;
	uint64_t activations = summary->activations ? summary->activations : 1;

	/* all activations together ask for `asked`: no product overflows */
	pieces = each / SAVING_PIECE_BYTES + 1;
	if (each > SAVING_PIECE_BYTES)
		unused = activations *
		         (SAVING_PIECE_BYTES / 2); /* of the last piece, on average */
	saving.calls = rest_of(saving.calls, activations * pieces);
	saving.bytes = rest_of(summary->excess, unused);
	time_set(&saving, classes, pair_cost(classes, summary), 0, (double)summary->excess);
	return saving;
}

/*
 * A realloc may extend its block where it is: then it copies nothing. Or it finds no room there,
 * and moves the block. If no one size would do for all blocks, they can still grow in larger steps.
 */
static struct saving saving_of_reallocs(const struct classes *classes,
                                        const struct life_summary *summary)
{
	struct saving saving = { .calls = summary->chain_reallocs,
		                     .bytes = summary->excess };
	const struct allocator_costs *costs = &classes->profile->costs;
	double extend = (double)costs->memory.extend;
	struct span pair;

	if (has_uneven_finals(summary)) {
		saving.calls = summary->spared;
		saving.bytes = summary->spared_bytes > 0 ? (uint64_t)summary->spared_bytes : 0;
	}
	pair = size_cost(costs, saving.calls ? saving.bytes / saving.calls : 0);
	if (extend < pair.least)
		pair.least = extend;
	pair.most = 2 * (extend + pair.most);
	time_set(&saving, classes, pair, 0, (double)saving.bytes);
	return saving;
}

/*
 * The final sizes are known of some blocks, which stand for all that are left. Without any, all
 * that are left have the largest size.
 */
static struct saving saving_of_copies(const struct classes *classes,
                                      const struct life_summary *summary,
                                      uint64_t copies)
{
	struct saving saving = { .calls = copies };
	uint64_t left = rest_of(summary->begun, copies);
	double each = summary->grown ? (double)summary->grown_bytes / (double)summary->grown
	                             : (double)summary->largest_max;
	double kept = (double)left * each;

	if (copies <= summary->begun && kept < (double)summary->asked)
		saving.bytes = rest_of(summary->asked, (uint64_t)kept);
	time_set(&saving, classes, pair_cost(classes, summary), (double)saving.bytes,
	         (double)saving.bytes);
	return saving;
}

uint64_t saving_left(const struct life_summary *summary, enum advice_kind kind)
{
	if (kind == ADVICE_REUSE)
		return summary->at_once;
	if (kind == ADVICE_KEEP)
		return 1;
	/* a small buffer is a variable of the owner's */
	if (kind == ADVICE_CALLER && summary->largest_max > ADVICE_LOCAL_BYTES_MAX)
		return summary->activations;
	return 0;
}

struct saving saving_of(const struct classes *classes,
                        const struct life_summary *summary, enum advice_kind kind,
                        uint64_t copies)
{
	if (kind == ADVICE_RESERVE)
		return copies ? saving_of_copies(classes, summary, copies)
		              : saving_of_reallocs(classes, summary);
	if (kind == ADVICE_ARENA)
		return saving_of_pieces(classes, summary);
	return saving_of_blocks(classes, summary, saving_left(summary, kind));
}

void saving_add(struct saving *to, const struct saving *from)
{
	to->calls = sum_of(to->calls, from->calls);
	to->bytes = sum_of(to->bytes, from->bytes);
	to->ns_least = sum_of(to->ns_least, from->ns_least);
	to->ns_most = sum_of(to->ns_most, from->ns_most);
}

/* What the process took of the processor; if that is not known, how long it ran. */
static uint64_t run_ns(const struct profile *profile)
{
	uint64_t processor_ns = profile->process->header.processor_ns;

	return processor_ns ? processor_ns : profile->duration_ns;
}

bool saving_is_small(const struct saving *saving, const struct classes *classes)
{
	const struct profile *profile = classes->profile;

	return saving->calls < profile->replay.totals.allocations / SAVING_CALLS_MIN &&
	       saving->bytes < profile->replay.totals.bytes / SAVING_CALLS_MIN &&
	       saving->ns_most <= run_ns(profile) / SAVING_TIME_MIN;
}

bool saving_is_wide(const struct saving *saving)
{
	return saving->ns_most / SAVING_SPAN_MAX > saving->ns_least;
}

bool saving_has_time(const struct saving *saving, const struct classes *classes)
{
	return !saving_is_wide(saving) &&
	       saving->ns_most >= run_ns(classes->profile) / SAVING_TIME_CLEAR;
}
