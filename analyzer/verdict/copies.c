/* verdict/copies.c - copies that a reference, or a move, would save. */
#include "verdict/copies.h"

#include "elf/containers.h"
#include "verdict/sole_owner.h"

#include <string.h>

/* Whether a wrapper of the call path, or the function that they serve, copies a value. */
static bool has_copier(const struct classes *classes, uint32_t path)
{
	const struct replay *replay = &classes->profile->replay;
	uint32_t node = replay_path(replay, path)->node, left;
	const struct function_table *table = &classes->functions;

	for (left = classes->peeling.path_frames[path] + 1; left && node != CALL_ROOT;
	     left--, node = replay->tree.nodes[node].parent) {
		if (is_copy_name(
				table->functions[function_of_node(table, classes->profile, node)].name))
			return true;
	}
	return false;
}

static const struct symbol_frame *line_at(const struct profile *profile,
                                          uint32_t location)
{
	const struct symbol_frame *frames;
	size_t count;

	frames = profile_frames(profile, location, &count);
	return count && frames[count - 1].line ? &frames[count - 1] : NULL;
}

/*
 * Whether all frees of the path's blocks come from the line at which the owner calls what makes
 * them.
 */
static bool is_freed_on_line(const struct classes *classes, uint32_t path,
                             uint32_t owner)
{
	const struct profile *profile = classes->profile;
	const struct call_node *freers = profile->replay.lives.freers.tree.nodes;
	const struct tally_cell *cells = profile->replay.lives.paths.tally.cells;
	const struct symbol_frame *born, *freed;
	uint32_t list = profile_life(profile, path)->freed_by, node, function;

	born = line_at(profile, profile->replay.tree.nodes[owner].location);
	function = function_of_node(&classes->functions, profile, owner);
	for (; list && born; list = cells[list].next) {
		node = cells[list].key == TALLY_OTHERS ? CALL_ROOT : cells[list].key;
		while (node != CALL_ROOT &&
		       classes->functions.of_location[freers[node].location] != function)
			node = freers[node].parent;
		freed = node == CALL_ROOT ? NULL : line_at(profile, freers[node].location);
		if (!freed || freed->line != born->line || strcmp(freed->file, born->file))
			return false;
	}
	return born;
}

/*
 * Whether each copy is gone before the next one is made. Of copies that something keeps, as a map
 * keeps its keys, several are alive at once: what keeps them may outlive what they were made from,
 * even if one statement makes and frees all of it.
 */
static bool is_one_at_a_time(const struct life_pattern *pattern)
{
	return pattern->live_max <= 1;
}

bool is_of_copies(const struct classes *classes, const struct call_site *call_site)
{
	const struct life_summary *summary = &call_site->summary;
	const struct life_pattern *pattern;
	uint32_t i, path, owner;

	for (i = 0; i < summary->path_count; i++) {
		path = summary->paths[i].path;
		pattern = &profile_life(classes->profile, path)->pattern;
		owner = sole_owner_node(classes, path);
		if (!has_copier(classes, path) || owner == CALL_ROOT || pattern->outgrown ||
		    profile_life(classes->profile, path)->chains ||
		    pattern->twins != pattern->begun || pattern->twins_left != pattern->begun ||
		    !is_one_at_a_time(pattern) || !is_freed_on_line(classes, path, owner))
			return false;
	}
	return summary->path_count;
}
