/* verdict/mapping_maker.c - which function a call that maps memory counts for. */
#include "verdict/mapping_maker.h"

#include "verdict/stack_names.h"

uint32_t mapping_maker_node(const struct classes *classes, uint32_t node)
{
	const struct profile *profile = classes->profile;
	const struct call_tree *tree = &profile->replay.tree;
	uint32_t at = node, function;

	for (; at != CALL_ROOT && !tree->nodes[at].is_cut; at = tree->nodes[at].parent) {
		function = function_of_node(&classes->functions, profile, at);
		if (!classes->peeling.functions[function].reason &&
		    !stack_names_is_own(profile, tree->nodes[at].location))
			return at;
	}
	return at == CALL_ROOT ? node : at;
}
