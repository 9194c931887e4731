/*
 * compare.c - `compare TRACE LOG SYMBOLS`: hold what outlive says of every block against
 * what the oracle saw. Exit 0 if they agree on all blocks that both saw.
 *
 * A block is the same in both if it lay at the same address at the same time. The oracle
 * knows functions with hooks only, outlive knows physical frames: those of functions
 * without hooks (libc's qsort, fopen, strdup) are left out, and named in the output. Of
 * each block is compared: size, reallocs, whether another thread freed it, the functions
 * on the stack of its birth, how many of them had ended at its free, and its owner.
 */
#include "hooked_stack.h"
#include "oracle_log.h"
#include "replay_tap.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN 5 /* disagreements of each kind in full */

struct oracle {
	struct oracle_header *header;
	struct oracle_block *blocks;
	size_t count;
};

enum outcome {
	AGREE,
	CROSSED, /* agree that another thread was in it; there is no depth to compare */
	INFERRED_AGREE,
	INFERRED_WRONG,
	WRONG_BLOCK,
	WRONG_STACK,
	WRONG_ESCAPE,
	WRONG_OWNER,
	OUTCOMES,
};
static const char *const outcome_names[OUTCOMES] = {
	"agree",
	"agree that they crossed threads",
	"inferred, and right",
	"inferred, and not right",
	"DISAGREE: size, reallocs or crossed",
	"DISAGREE: stack of the birth",
	"DISAGREE: escape depth",
	"DISAGREE: owner",
};

struct comparison {
	const struct profile *profile;
	struct hooked_stacks *stacks;
	const struct oracle_header *log;
	uint64_t outcomes[OUTCOMES];
	uint64_t both, only_oracle, only_outlive;
};

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "compare: %s: %s\n", name, what);
	exit(2);
}

/* ---- reading ------------------------------------------------------------------------- */

static void oracle_read(struct oracle *oracle, const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat status;
	char *data;

	if (fd < 0 || fstat(fd, &status) ||
	    (size_t)status.st_size < sizeof(struct oracle_header))
		fail("no log of the oracle", path);
	/* Private: it is sorted in place. */
	data = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE,
	            MAP_PRIVATE | MAP_NORESERVE, fd, 0);
	close(fd);
	oracle->header = (struct oracle_header *)data;
	if (data == MAP_FAILED || oracle->header->magic != ORACLE_MAGIC)
		fail("not a log of the oracle", path);
	oracle->blocks = (struct oracle_block *)(oracle->header + 1);
	oracle->count = oracle->header->blocks;
	if (oracle->header->dropped)
		fail("the log was full", path);
	if (oracle->header->stale)
		fail("the oracle lost track of the activations", path);
}

static struct profile *outlive_read(const char *path, uint32_t pid)
{
	/* Both live until the end; a leak checker finds them here. */
	static struct trace_reader *reader;
	static struct profile *profile;
	size_t best = SIZE_MAX, i;
	struct error error;

	reader = trace_reader_open(path, &error);
	if (!reader)
		fail(error.message, path);
	for (i = 0; i < trace_reader_process_count(reader); i++) {
		const struct trace_process *process = trace_reader_process(reader, i);

		if (process->header.pid == pid &&
		    (best == SIZE_MAX ||
		     process->events > trace_reader_process(reader, best)->events))
			best = i;
	}
	if (best == SIZE_MAX)
		fail("does not have the process of the oracle's log", path);
	profile = profile_read(reader, best, NULL, NULL, &error);
	if (!profile)
		fail(error.message, path);
	return profile;
}

/* ---- which is which -------------------------------------------------------------------- */

static uint64_t quanta(const struct comparison *comparison,
                       const struct oracle_time *time)
{
	const struct ring_header *header = &comparison->profile->process->header;

	return (header->clock_kind == CLOCK_TSC ? time->ticks : time->ns) >>
	       header->clock_shift;
}

static int oracle_order(const void *left, const void *right)
{
	const struct oracle_block *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->end.ns != b->end.ns
	           ? (a->end.ns < b->end.ns ? -1 : 1)
	           : (a->end.ticks > b->end.ticks) - (a->end.ticks < b->end.ticks);
}

static int tapped_order(const void *left, const void *right)
{
	const struct tapped_block *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	if (a->end != b->end)
		return a->end < b->end ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

/* -1: the oracle's block was before the other one; 1: after it; 0: they are one. */
static int block_order(const struct comparison *comparison,
                       const struct oracle_block *theirs,
                       const struct tapped_block *ours)
{
	if (theirs->address != ours->address)
		return theirs->address < ours->address ? -1 : 1;
	if (quanta(comparison, &theirs->end) < ours->born)
		return -1;
	return quanta(comparison, &theirs->born) > ours->end ? 1 : 0;
}

/* ---- what they say ----------------------------------------------------------------------- */

/* Of outlive's block, in the oracle's terms. */
struct verdict {
	uint32_t escape;
	uint64_t owner;
};

static struct verdict verdict_of(const struct hooked_stack *stack, uint32_t escape)
{
	uint32_t running = stack->count > escape ? stack->count - escape : 0, i;
	struct verdict verdict = { 0, 0 };

	for (i = 0; i < running; i++) {
		if (stack->functions[i])
			verdict.owner = stack->functions[i];
	}
	for (; i < stack->count; i++)
		verdict.escape += stack->functions[i] != 0;
	return verdict;
}

static enum outcome blocks_compare(const struct oracle_block *theirs,
                                   const struct tapped_block *ours,
                                   const struct hooked_stack *stack,
                                   const struct verdict *verdict)
{
	if (theirs->size != ours->size || theirs->reallocs != ours->reallocs ||
	    !!theirs->crossed != ours->crossed)
		return WRONG_BLOCK;
	if (theirs->depth != stack->depth || theirs->stack != stack->name)
		return ours->is_exact || ours->crossed ? WRONG_STACK : INFERRED_WRONG;
	if (ours->crossed)
		return CROSSED;
	if (!ours->is_exact)
		return theirs->escape == verdict->escape && theirs->owner == verdict->owner
		           ? INFERRED_AGREE
		           : INFERRED_WRONG;
	if (theirs->escape != verdict->escape)
		return WRONG_ESCAPE;
	return theirs->owner == verdict->owner ? AGREE : WRONG_OWNER;
}

static const char *location_name(const struct profile *profile, uint32_t number)
{
	const struct location *location = address_map_location(profile->map, number);
	const struct symbol_frame *frames;
	size_t count;

	frames = symbol_table_find(profile->symbols, location->module, location->offset,
	                           &count);
	return count && frames[count - 1].function[0] ? frames[count - 1].function : "?";
}

static void disagreement_show(const struct comparison *comparison, enum outcome outcome,
                              const struct oracle_block *theirs,
                              const struct tapped_block *ours,
                              const struct hooked_stack *stack,
                              const struct verdict *verdict)
{
	uint32_t i;

	printf("  %s\n    block at %#" PRIx64 ", born in quantum %" PRIu64
	       ", freed in %" PRIu64 "\n",
	       outcome_names[outcome], ours->address, ours->born, ours->end);
	printf("    oracle:  size %" PRIu64
	       " reallocs %u crossed %u depth %u escape %u owner %s"
	       " thread %u\n",
	       theirs->size, theirs->reallocs, theirs->crossed, theirs->depth,
	       theirs->escape, hooked_function_name(comparison->stacks, theirs->owner),
	       theirs->thread);
	printf("    outlive: size %" PRIu64
	       " reallocs %u crossed %u depth %u escape %u owner %s"
	       " (%u physical frames, %u ended)\n",
	       ours->size, ours->reallocs, ours->crossed, stack->depth, verdict->escape,
	       hooked_function_name(comparison->stacks, verdict->owner), stack->count,
	       ours->escape);
	for (i = stack->count; i-- > 0;)
		printf("      %s %s\n", stack->functions[i] ? " " : "-",
		       location_name(comparison->profile, stack->locations[i]));
}

static void pair_compare(struct comparison *comparison,
                         const struct oracle_block *theirs,
                         const struct tapped_block *ours)
{
	struct hooked_stack *stack = hooked_stack_of(comparison->stacks, ours->path);
	struct verdict verdict;
	enum outcome outcome;

	if (!stack)
		fail("out of memory", "stacks");
	verdict = verdict_of(stack, ours->escape);
	outcome = blocks_compare(theirs, ours, stack, &verdict);
	comparison->both++;
	stack->blocks++;
	stack->inferred += outcome == INFERRED_AGREE || outcome == INFERRED_WRONG;
	if (comparison->outcomes[outcome]++ < SHOWN && outcome >= INFERRED_WRONG)
		disagreement_show(comparison, outcome, theirs, ours, stack, &verdict);
}

static void unmatched_show(const char *who, uint64_t address, uint64_t size,
                           uint64_t born, uint64_t end, uint64_t before)
{
	if (before < SHOWN)
		printf("  only %s saw a block at %#" PRIx64 " of %" PRIu64
		       " bytes, quanta %" PRIu64 " to %" PRIu64 "\n",
		       who, address, size, born, end);
}

static void compare_all(struct comparison *comparison, struct oracle *oracle)
{
	size_t i = 0, j = 0;
	int order;

	while (i < oracle->count || j < tapped.count) {
		const struct oracle_block *theirs = &oracle->blocks[i];
		const struct tapped_block *ours = &tapped.blocks[j];

		order = i == oracle->count  ? 1
		        : j == tapped.count ? -1
		                            : block_order(comparison, theirs, ours);
		if (order < 0)
			unmatched_show("the oracle", theirs->address, theirs->size,
			               quanta(comparison, &theirs->born),
			               quanta(comparison, &theirs->end), comparison->only_oracle++);
		else if (order > 0)
			unmatched_show("outlive", ours->address, ours->size, ours->born, ours->end,
			               comparison->only_outlive++);
		else
			pair_compare(comparison, theirs, ours);
		i += order <= 0;
		j += order >= 0;
	}
}

/* ---- the output ---------------------------------------------------------------------------- */

struct left_out {
	const char *name;
	uint64_t blocks;
};

static int left_out_order(const void *left, const void *right)
{
	const struct left_out *a = left, *b = right;

	return (a->blocks < b->blocks) - (a->blocks > b->blocks);
}

/* Add to the entry of a name, made if it is new; past `capacity` names none is. */
static void left_out_add(struct left_out *out, size_t *count, size_t capacity,
                         const char *name, uint64_t blocks)
{
	size_t i;

	for (i = 0; i < *count && strcmp(out[i].name, name); i++)
		;
	if (i == *count && *count < capacity)
		out[(*count)++] = (struct left_out){ name, 0 };
	if (i < *count)
		out[i].blocks += blocks;
}

static void names_print(const char *what, struct left_out *out, size_t count)
{
	size_t i;

	qsort(out, count, sizeof(*out), left_out_order);
	printf("%s:", what);
	for (i = 0; i < count && i < 16; i++)
		printf("%s %.60s %" PRIu64, i ? "," : "", out[i].name, out[i].blocks);
	printf("%s\n", count > 16 ? ", .." : count ? "" : " none");
}

/* Functions without hooks, by how many blocks had them on their stack. */
static void left_out_print(const struct comparison *comparison)
{
	const struct profile *profile = comparison->profile;
	struct left_out out[256], inferred[256];
	size_t count = 0, inferred_count = 0;
	uint32_t path, i;

	for (path = 1; path < profile->replay.paths.count; path++) {
		const struct hooked_stack *stack = hooked_stack_of(comparison->stacks, path);

		for (i = 0; stack && stack->blocks && i < stack->count; i++) {
			if (!stack->functions[i])
				left_out_add(out, &count, 256,
				             location_name(profile, stack->locations[i]),
				             stack->blocks);
		}
		if (stack && stack->inferred && stack->count)
			left_out_add(inferred, &inferred_count, 256,
			             location_name(profile, stack->locations[stack->count - 1]),
			             stack->inferred);
	}
	names_print("left out, for want of hooks (blocks with it on their stack)", out,
	            count);
	names_print("inferred blocks, by the function that allocated them", inferred,
	            inferred_count);
}

static void depths_print(const struct oracle *oracle)
{
	uint64_t depths[9] = { 0 }, i;

	for (i = 0; i < oracle->count; i++) {
		if (!oracle->blocks[i].crossed)
			depths[oracle->blocks[i].escape < 8 ? oracle->blocks[i].escape : 8]++;
	}
	printf("escape depths by the oracle:");
	for (i = 0; i < 9; i++)
		printf(" %s%" PRIu64 ": %" PRIu64, i == 8 ? ">=" : "", i, depths[i]);
	printf("\n");
}

static int outcome_print(const struct comparison *comparison,
                         const struct oracle *oracle)
{
	uint64_t wrong = 0;
	int i;

	printf("oracle: %" PRIu64 " calls of functions with hooks, %u threads, %" PRIu64
	       " births, %" PRIu64 " frees, %" PRIu64 " activations ended by longjmp\n",
	       oracle->header->calls, oracle->header->threads, oracle->header->births,
	       oracle->header->frees, oracle->header->unwound);
	depths_print(oracle);
	left_out_print(comparison);
	for (i = 0; i < OUTCOMES; i++) {
		if (comparison->outcomes[i])
			printf("%10" PRIu64 " %s\n", comparison->outcomes[i], outcome_names[i]);
		if (i >= WRONG_BLOCK)
			wrong += comparison->outcomes[i];
	}
	printf("%10" PRIu64 " seen by both, %" PRIu64 " by the oracle only, %" PRIu64
	       " by outlive only\n",
	       comparison->both, comparison->only_oracle, comparison->only_outlive);
	return wrong || !comparison->both || comparison->outcomes[INFERRED_WRONG] ||
	       comparison->outcomes[AGREE] < comparison->both / 2;
}

int main(int argc, char **argv)
{
	/* until the end: LeakSanitizer looks after main() */
	static struct comparison comparison;
	struct oracle oracle;

	if (argc != 4)
		fail("TRACE LOG SYMBOLS", "usage");
	oracle_read(&oracle, argv[2]);
	comparison.log = oracle.header;
	comparison.profile = outlive_read(argv[1], oracle.header->pid);
	comparison.stacks = hooked_stacks_new(comparison.profile, oracle.header, argv[3]);
	if (!comparison.stacks)
		fail("no list of functions", argv[3]);
	qsort(oracle.blocks, oracle.count, sizeof(*oracle.blocks), oracle_order);
	qsort(tapped.blocks, tapped.count, sizeof(*tapped.blocks), tapped_order);
	compare_all(&comparison, &oracle);
	return outcome_print(&comparison, &oracle);
}
