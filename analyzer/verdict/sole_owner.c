/* verdict/sole_owner.c - call paths whose blocks all belong to one function. */
#include "verdict/sole_owner.h"

#include "verdict/changeable.h"

#include <stdbool.h>
#include <stdlib.h>

#define HELPERS_MAX 1 /* functions between an owner and the free that it wants */

uint32_t sole_owner_node(const struct classes *classes, uint32_t path)
{
	const struct replay *replay = &classes->profile->replay;
	const struct path_life *life = replay_life(replay, path);
	const struct tally_cell *cells = replay->lives.paths.tally.cells;
	uint32_t node = CALL_ROOT, owner, list;
	enum frame_proof proof;

	for (proof = 0; proof < PROOF_COUNT; proof++) {
		for (list = life->depths[proof]; list; list = cells[list].next) {
			owner = classes_owner_node(classes, path, depth_key_depth(cells[list].key));
			if (node != CALL_ROOT && owner != node)
				return CALL_ROOT;
			node = owner;
		}
	}
	return node;
}

/* Whether a function of the program called the one of that node. */
static bool has_caller(const struct classes *classes, uint32_t node)
{
	const struct call_node *nodes = classes->profile->replay.tree.nodes;
	uint32_t function;

	for (node = nodes[node].parent; node != CALL_ROOT; node = nodes[node].parent) {
		function = function_of_node(&classes->functions, classes->profile, node);
		if (is_changeable(classes, function) &&
		    !classes->functions.functions[function].is_library)
			return true;
	}
	return false;
}

/*
 * Whether the function freed by itself, or by a function that it called for that: an interpreter
 * frees all that its program had by way of many.
 */
static bool is_freer(const struct classes *classes, uint32_t node, uint32_t function)
{
	const struct call_node *nodes = classes->profile->replay.lives.freers.tree.nodes;
	uint32_t number, last = FUNCTION_NONE, between = HELPERS_MAX + 1;
	const struct function *frame;

	/* the outermost frame comes first */
	for (; node != CALL_ROOT; node = nodes[node].parent) {
		number = classes->functions.of_location[nodes[node].location];
		frame = &classes->functions.functions[number];
		if (number == function)
			between = 0;
		else if (!frame->is_allocator && !frame->is_deallocator && number != last)
			between++;
		last = number;
	}
	return between <= HELPERS_MAX;
}

uint64_t sole_owner_freed(const struct classes *classes, uint32_t path)
{
	const struct replay *replay = &classes->profile->replay;
	const struct tally_cell *cells = replay->lives.paths.tally.cells;
	uint32_t node = sole_owner_node(classes, path), list, function;
	uint64_t bytes = 0;

	if (node == CALL_ROOT || !has_caller(classes, node))
		return 0;
	function = function_of_node(&classes->functions, classes->profile, node);
	for (list = replay_life(replay, path)->freed_by; list; list = cells[list].next) {
		if (cells[list].key != TALLY_OTHERS &&
		    is_freer(classes, cells[list].key, function))
			bytes += cells[list].bytes;
	}
	return bytes;
}

int sole_owner_growths(struct classes *classes)
{
	struct site_growths *growths = &classes->growths;
	uint64_t *local_bytes = calloc(growths->count + 1, sizeof(*local_bytes));
	uint32_t i;

	if (!local_bytes)
		return -1;
	for (i = 1; i < classes->profile->replay.paths.count; i++)
		local_bytes[growths->of_path[i]] += classes->paths[i]
		                                        .shares[CLASS_STACK]
		                                        .bytes +
		                                    sole_owner_freed(classes, i);
	site_growths_locals(growths, classes->profile, local_bytes);
	free(local_bytes);
	return 0;
}
