/* verdict/saving.c - what a change to a call site would save. */
#include "verdict/saving.h"

struct span {
	double least, most;
};

/*
 * What a malloc and its free cost, in picoseconds, averaged over the sizes of the blocks. A block
 * that was its thread's youngest when it was freed costs near the least. One that lived with many
 * others costs about what was measured for those, and half of that if there were few.
 */
static struct span pair_cost(const struct classes *classes,
                             const struct life_summary *summary)
{
	double quick = 0, slow = 0, all = 0, young = 0;
	const struct costs_class *class;
	const struct rank *rank;
	size_t i;

	for (i = 0; i < summary->sizes.count; i++) {
		rank = &summary->sizes.ranks[i];
		if (!rank->blocks)
			continue;
		class = allocator_costs_of(&classes->profile->costs,
		                           rank->bytes / rank->blocks);
		quick += (double)class->least * (double)rank->blocks;
		slow += (double)class->most * (double)rank->blocks;
		all += (double)rank->blocks;
	}
	if (all > 0) {
		quick /= all;
		slow /= all;
	}
	if (summary->ended)
		young = (double)summary->youngest / (double)summary->ended;
	/* calloc uses no memory that was freed last, in most versions of glibc */
	if (summary->begun)
		young *= 1 - (double)summary->callocs / (double)summary->begun;
	if (slow < 2 * quick)
		slow = 2 * quick;
	return (struct span){ young * quick + (1 - young) * slow / 2,
		                  young * 2 * quick + (1 - young) * slow };
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

struct saving saving_of_pieces(const struct classes *classes,
                               const struct life_summary *summary)
{
	struct saving saving = saving_of_blocks(classes, summary, 0);

	saving.calls = rest_of(saving.calls,
	                       summary->activations ? summary->activations : 1);
	saving.bytes = summary->excess;
	time_set(&saving, classes, pair_cost(classes, summary), 0, (double)summary->excess);
	return saving;
}

/* A realloc may extend its block where it is: then it copies nothing. */
struct saving saving_of_reallocs(const struct classes *classes,
                                 const struct life_summary *summary)
{
	struct saving saving = { .calls = summary->chain_reallocs,
		                     .bytes = summary->excess };

	time_set(&saving, classes, pair_cost(classes, summary), 0, (double)summary->excess);
	return saving;
}

/*
 * The final sizes are known of some blocks, which stand for all that are left. Without any, all
 * that are left have the largest size.
 */
struct saving saving_of_copies(const struct classes *classes,
                               const struct life_summary *summary, uint64_t copies)
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

void saving_add(struct saving *to, const struct saving *from)
{
	to->calls = sum_of(to->calls, from->calls);
	to->bytes = sum_of(to->bytes, from->bytes);
	to->ns_least = sum_of(to->ns_least, from->ns_least);
	to->ns_most = sum_of(to->ns_most, from->ns_most);
}

bool saving_is_small(const struct saving *saving, const struct classes *classes)
{
	const struct profile *profile = classes->profile;

	return saving->calls < profile->replay.totals.allocations / SAVING_CALLS_MIN &&
	       saving->bytes < profile->replay.totals.bytes / SAVING_CALLS_MIN &&
	       saving->ns_most <= profile->duration_ns / SAVING_TIME_MIN;
}
