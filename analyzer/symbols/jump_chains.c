/* symbols/jump_chains.c - searches all ways by jumps, and takes one only if it is the only one. */
#include "symbols/jump_chains.h"

#define CHAIN_MAX 16      /* jumps */
#define FUNCTIONS_MAX 512 /* to be searched; more: the chain is not known */

struct search {
	struct module *module;
	struct function_flows *flows;
	uint32_t to;
	uint32_t functions[CHAIN_MAX]; /* on the present way */
	uint64_t way[CHAIN_MAX], found[CHAIN_MAX];
	size_t found_count; /* jumps of the chain that was found */
	unsigned chains, visited;
};

/* How many instances are around a jump. */
static int nesting(struct module *module, uint64_t offset)
{
	uint32_t chain[DWARF_FRAMES_MAX];

	return module_chain(module, offset, chain);
}

/* Whether the jump is taken: of those to one function, the one in the fewest instances is taken. */
static bool is_taken(const struct search *search, const struct source_jump *jumps,
                     size_t count, size_t number)
{
	int own = nesting(search->module, jumps[number].offset), other;
	size_t i;

	for (i = 0; i < count; i++) {
		if (i == number || jumps[i].target != jumps[number].target)
			continue;
		other = nesting(search->module, jumps[i].offset);
		if (other < own || (other == own && i < number))
			return false;
	}
	return true;
}

static bool is_on_way(const struct search *search, uint32_t function, size_t depth)
{
	size_t i;

	for (i = 0; i <= depth; i++) {
		if (search->functions[i] == function)
			return true;
	}
	return false;
}

static void found_add(struct search *search, size_t count)
{
	size_t i;

	search->chains++;
	search->found_count = count;
	for (i = 0; i < count; i++)
		search->found[i] = search->way[i];
}

/* Search on from the function at `depth` of the present way. */
static void chain_search(struct search *search, size_t depth)
{
	const struct source_jump *jumps;
	size_t count, i;

	if (++search->visited > FUNCTIONS_MAX || search->chains > 1)
		return;
	jumps = function_flow_jumps(search->module, search->flows, search->functions[depth],
	                            &count);
	for (i = 0; i < count; i++) {
		if ((!jumps[i].target && search->to) || !is_taken(search, jumps, count, i))
			continue;
		search->way[depth] = jumps[i].offset;
		if (jumps[i].target == search->to) {
			found_add(search, depth + 1);
		} else if (depth + 1 < CHAIN_MAX &&
		           !is_on_way(search, jumps[i].target, depth)) {
			search->functions[depth + 1] = jumps[i].target;
			chain_search(search, depth + 1);
		}
	}
}

size_t jump_chain(struct module *module, struct function_flows *flows, uint32_t from,
                  uint32_t to, uint64_t *offsets, size_t max)
{
	struct search search = { .module = module, .flows = flows, .to = to };
	size_t i;

	if (!from)
		return 0;
	search.functions[0] = from;
	chain_search(&search, 0);
	if (search.chains != 1 || search.visited > FUNCTIONS_MAX ||
	    search.found_count > max)
		return 0;
	for (i = 0; i < search.found_count; i++)
		offsets[i] = search.found[i];
	return search.found_count;
}
