/* verdict/stack_functions.c - which functions take the most stack. */
#include "verdict/stack_functions.h"

#include "verdict/own_code.h"

#include <stdlib.h>

/* Innermost frames that may differ: an unfinished last round, or a function that it called. */
#define FAULT_NOISE 64

static int frames_compare(const void *one, const void *two)
{
	const struct function_frames *a = one, *b = two;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return a->function < b->function ? -1 : a->function > b->function;
}

/* Rows are indexed by function first; then those with frames are moved together and sorted. */
static void rows_finish(struct stack_functions *functions, uint32_t function_count)
{
	uint32_t i;

	for (i = 0; i < function_count; i++) {
		if (!functions->rows[i].frames)
			continue;
		functions->bytes += functions->rows[i].bytes;
		functions->rows[functions->count++] = functions->rows[i];
	}
	qsort(functions->rows, functions->count, sizeof(*functions->rows), frames_compare);
}

int stack_functions_make(struct stack_functions *functions,
                         const struct profile *profile,
                         const struct function_table *table)
{
	const struct stack_depths *stacks = &profile->replay.stacks;
	const struct location_frames *frames;
	struct function_frames *row;
	uint32_t i;

	*functions = (struct stack_functions){ .rows = calloc((size_t)table->count + 1,
		                                                  sizeof(*functions->rows)) };
	if (!functions->rows)
		return -1;
	/* Frames are recorded by location: add up those of all locations in one function. */
	for (i = 1; i < stacks->location_capacity && i < table->machine_count; i++) {
		frames = &stacks->locations[i];
		if (!frames->frames)
			continue;
		row = &functions->rows[table->of_machine[i]];
		row->function = table->of_machine[i];
		row->location = i;
		row->frames += frames->frames;
		row->bytes += frames->words * STACK_WORD_BYTES;
		if (frames->words_max * UINT64_C(8) > row->largest_bytes)
			row->largest_bytes = frames->words_max * UINT64_C(8);
	}
	rows_finish(functions, table->count);
	return 0;
}

void stack_functions_choose(struct stack_functions *functions,
                            const struct stack_choice *choice)
{
	size_t chosen = 0, i;

	for (i = 0; i < functions->count; i++) {
		if (stack_choice_has_function(choice, functions->rows[i].function))
			functions->rows[chosen++] = functions->rows[i];
	}
	functions->count = chosen;
}

static int own_compare(const void *one, const void *two, void *context)
{
	const struct function_frames *a = one, *b = two;
	const struct function_table *table = context;
	int result = own_code_compare(table, table->functions[a->function].is_mine,
	                              a->bytes, table->functions[b->function].is_mine,
	                              b->bytes);

	return result ? result : frames_compare(one, two);
}

bool stack_functions_own_first(struct stack_functions *functions,
                               const struct function_table *table)
{
	size_t i;

	qsort_r(functions->rows, functions->count, sizeof(*functions->rows), own_compare,
	        (void *)table);
	for (i = 1; i < functions->count; i++) {
		if (functions->rows[i - 1].bytes < functions->rows[i].bytes)
			return true;
	}
	return false;
}

void stack_functions_release(struct stack_functions *functions)
{
	free(functions->rows);
	*functions = (struct stack_functions){ .rows = NULL };
}

uint32_t *stack_path_functions(const struct stack_path *path,
                               const struct function_table *table)
{
	uint32_t *functions = calloc((size_t)path->count + 1, sizeof(*functions));
	uint32_t i, location;

	for (i = 0; functions && i < path->count; i++) {
		location = path->entries[path->count - 1 - i].location;
		if (location < table->machine_count)
			functions[i] = table->of_machine[location];
	}
	return functions;
}

/*
 * The average bytes of a round; 0 if the size of a frame is unknown. The innermost frame may
 * not have reached its full size.
 */
static uint64_t round_bytes(const struct stack_path *path,
                            const struct stack_rounds *seen)
{
	uint64_t words = 0, i, end = seen->first + seen->period * seen->rounds;
	const struct stack_entry *entry;

	for (i = seen->first + seen->period; i < end; i++) {
		entry = &path->entries[path->count - 1 - i];
		if (!entry->words || entry == path->entries)
			return 0;
		words += entry->words;
	}
	return words * STACK_WORD_BYTES / (seen->rounds - 1);
}

/*
 * Whether the repetition reaches the outermost frame kept: the recorder cuts a very deep stack
 * there. A complete stack begins with other functions.
 */
static bool is_cut(const struct stack_rounds *seen, const uint32_t *functions,
                   size_t count)
{
	size_t at = seen->first + seen->period * seen->rounds;

	while (at < count && functions[at] == functions[at - seen->period])
		at++;
	return at == count;
}

/* Of the frames beyond a cut only the total bytes are known. */
static void rounds_extend(struct fault_rounds *rounds, const struct stack_fault *fault)
{
	const struct stack_path *path = &fault->path;
	uint64_t seen_bytes = path->inner_words * STACK_WORD_BYTES;

	if (!rounds->round_bytes) {
		rounds->precision = ROUNDS_AT_LEAST;
	} else if (fault->depth_bytes > seen_bytes) {
		rounds->rounds += (fault->depth_bytes - seen_bytes) / rounds->round_bytes;
		rounds->precision = ROUNDS_ABOUT;
	}
}

size_t fault_rounds_shown(const struct fault_rounds *rounds)
{
	return rounds->seen.rounds ? rounds->seen.first + rounds->seen.period : 0;
}

/*
 * Find what repeats, then how often and how large it is. If the stack was cut, the frames that
 * are missing are estimated from the depth of the stack. If sizes are missing, the size of a
 * round is estimated from the depth, too.
 */
int fault_rounds_find(struct fault_rounds *rounds, const struct stack_fault *fault,
                      const struct function_table *table)
{
	uint32_t *functions = stack_path_functions(&fault->path, table);
	struct stack_rounds *seen = &rounds->seen;
	size_t count = fault->path.count;

	*rounds = (struct fault_rounds){ .rounds = 0 };
	if (!functions)
		return -1;
	*seen = stack_rounds_find(functions, count, FAULT_NOISE);
	if (seen->rounds)
		rounds->is_cut = is_cut(seen, functions, count);
	free(functions);
	if (!seen->rounds)
		return 0;
	/* the size of the outermost entry includes more than its frame */
	if (seen->first + seen->period * seen->rounds == count)
		seen->rounds--;
	rounds->rounds = seen->rounds;
	rounds->round_bytes = round_bytes(&fault->path, seen);
	if (rounds->is_cut) {
		rounds_extend(rounds, fault);
	} else if (!rounds->round_bytes) {
		rounds->round_bytes = fault->depth_bytes * seen->period / count;
		rounds->precision = ROUNDS_ABOUT;
	}
	return 0;
}
