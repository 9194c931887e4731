/* hooked_stack.c - physical frames to functions with hooks. */
#include "hooked_stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct function {
	uint64_t start; /* in memory */
	char *name;
};

struct hooked_stacks {
	const struct profile *profile;
	const struct oracle_header *log;
	struct function *functions; /* of the target, ascending */
	size_t function_count;
	struct hooked_stack **stacks; /* by call path */
};

static int functions_read(struct hooked_stacks *stacks, FILE *file)
{
	size_t capacity = 0;
	struct function *functions;
	unsigned long address;
	char type, name[4096];

	while (fscanf(file, "%lx %c %4095s%*[^\n]", &address, &type, name) == 3) {
		if (!strchr("tTwWi", type))
			continue;
		if (stacks->function_count == capacity) {
			capacity = capacity ? 2 * capacity : 4096;
			functions = realloc(stacks->functions, capacity * sizeof(*functions));
			if (!functions)
				return -1;
			stacks->functions = functions;
		}
		stacks->functions[stacks->function_count++] = (struct function){
			address + stacks->log->bias, strdup(name)
		};
	}
	return stacks->function_count ? 0 : -1;
}

struct hooked_stacks *hooked_stacks_new(const struct profile *profile,
                                        const struct oracle_header *log,
                                        const char *symbols)
{
	struct hooked_stacks *stacks = calloc(1, sizeof(*stacks));
	FILE *file = fopen(symbols, "r");

	if (!stacks || !file)
		return NULL;
	stacks->profile = profile;
	stacks->log = log;
	stacks->stacks = calloc(profile->replay.paths.count, sizeof(*stacks->stacks));
	if (!stacks->stacks || functions_read(stacks, file))
		return NULL;
	fclose(file);
	return stacks;
}

static const struct function *function_at(const struct hooked_stacks *stacks,
                                          uint64_t address)
{
	size_t low = 0, high = stacks->function_count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (stacks->functions[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &stacks->functions[low - 1] : NULL;
}

const char *hooked_function_name(const struct hooked_stacks *stacks, uint64_t function)
{
	const struct function *found = function ? function_at(stacks, function) : NULL;

	return found ? found->name : "-";
}

static bool has_hooks(const struct oracle_header *log, uint64_t function)
{
	uint32_t slot = oracle_hash(function, ORACLE_FUNCTIONS_BITS);

	while (log->functions[slot] && log->functions[slot] != function)
		slot = (slot + 1) % (1u << ORACLE_FUNCTIONS_BITS);
	return log->functions[slot] == function;
}

/* The function a frame belongs to, by its return address; 0: one without hooks. */
static uint64_t hooked_function(const struct hooked_stacks *stacks, uint32_t number)
{
	const struct profile *profile = stacks->profile;
	const struct location *location = address_map_location(profile->map, number);
	const struct function *function;

	if (location->module == MODULE_NONE ||
	    strcmp(address_map_module(profile->map, location->module)->path,
	           profile->process->header.executable))
		return 0;
	function = function_at(stacks, location->offset - 1 + stacks->log->bias);
	return function && has_hooks(stacks->log, function->start) ? function->start : 0;
}

/*
 * Whether a source frame, at that position of a stack, is the outermost one of its machine frame.
 * Those inlined into it (always_inline works without optimization, too) come after it, up to the
 * call of the machine frame itself. The oracle does not count them.
 */
static bool is_outermost(const bool *is_call, uint32_t position)
{
	return !position || is_call[position - 1];
}

struct hooked_stack *hooked_stack_of(struct hooked_stacks *stacks, uint32_t path)
{
	const struct replay *replay = &stacks->profile->replay;
	const struct call_node *nodes = replay->tree.nodes;
	uint32_t leaf = replay->paths.paths[path].node, node, i;
	const struct source_location *sources = stacks->profile->sources.locations;
	struct hooked_stack *stack = stacks->stacks[path];
	bool *is_call; /* the innermost source frame of a machine frame */

	if (stack)
		return stack;
	stack = calloc(1, sizeof(*stack));
	if (!stack)
		return NULL;
	for (node = leaf; node != CALL_ROOT; node = nodes[node].parent)
		stack->count++;
	stack->functions = calloc(stack->count + 1, sizeof(*stack->functions));
	stack->locations = calloc(stack->count + 1, sizeof(*stack->locations));
	is_call = calloc(stack->count + 1, sizeof(*is_call));
	if (!stack->functions || !stack->locations || !is_call)
		return NULL;
	i = stack->count;
	for (node = leaf; node != CALL_ROOT; node = nodes[node].parent) {
		stack->locations[--i] = sources[nodes[node].location].machine;
		is_call[i] = !sources[nodes[node].location].first;
	}
	for (i = 0; i < stack->count; i++) {
		if (is_outermost(is_call, i))
			stack->functions[i] = hooked_function(stacks, stack->locations[i]);
		if (!stack->functions[i])
			continue;
		stack->depth++;
		stack->name = oracle_mix(stack->name, stack->functions[i]);
	}
	free(is_call);
	stacks->stacks[path] = stack;
	return stack;
}
