/* verdict/reuse.c - blocks one of which could be kept and used again. */
#include "verdict/reuse.h"

/*
 * Count the lives in a tally by REPLACED_KEY whose predecessor or successor belongs to the same
 * call site, and was replaced by the activation that allocates here.
 */
static uint64_t replaced_count(const struct classes *classes,
                               const struct call_site *call_site, uint32_t path,
                               uint32_t list)
{
	const struct replay *replay = &classes->profile->replay;
	const struct tally_cell *cells = replay->lives.paths.tally.cells;
	uint32_t peeled = classes->peeling.path_frames[path], other, node;
	uint64_t count = 0;

	for (; list; list = cells[list].next) {
		other = cells[list].key & ((1u << REPLACED_SITE_BITS) - 1);
		if (cells[list].key == TALLY_OTHERS ||
		    cells[list].key >> REPLACED_SITE_BITS > peeled)
			continue;
		node = classes_path_node(classes, other);
		if (replay->tree.nodes[node].location == call_site->location)
			count += cells[list].blocks;
	}
	return count;
}

/* Whether every block replaced another one, except as many as were live at once. */
static bool is_replaced(const struct classes *classes,
                        const struct call_site *call_site)
{
	const struct life_summary *summary = &call_site->summary;
	uint64_t before = 0, after = 0;
	const struct path_life *life;
	uint32_t i, path;

	for (i = 0; i < summary->path_count; i++) {
		path = summary->paths[i].path;
		life = profile_life(classes->profile, path);
		before += replaced_count(classes, call_site, path, life->replaced_before);
		after += replaced_count(classes, call_site, path, life->replaced_after);
	}
	/* One block may count in both, so the sum could count it twice. */
	return (before > after ? before : after) + summary->at_once >= summary->begun;
}

bool is_freed_by(const struct life_summary *summary, uint32_t function)
{
	const struct ranking *freers = &summary->freers;
	uint64_t others = 0;
	size_t i;

	for (i = 0; i < freers->count; i++) {
		if (freers->ranks[i].key != function)
			others += freers->ranks[i].blocks;
	}
	return freers->count && freers->ranks[0].key == function &&
	       others <= summary->at_once;
}

bool is_for_reuse(const struct classes *classes, const struct call_site *call_site)
{
	const struct life_summary *summary = &call_site->summary;
	const struct class_share *shares = summary->counts.shares;
	/* the last blocks of all may never be freed, or only at exit */
	uint64_t kept = shares[CLASS_LIVE].blocks + shares[CLASS_STATIC].blocks;

	return shares[CLASS_ESCAPING].blocks + kept == summary->counts.blocks &&
	       kept <= summary->at_once && summary->at_once <= summary->begun / 4 &&
	       summary->size_kind != SIZE_UNBOUNDED && has_single_owner(summary) &&
	       is_freed_by(summary, call_site->function) && is_replaced(classes, call_site);
}

bool is_alone(const struct life_summary *summary, uint32_t function)
{
	const struct class_share *shares = summary->counts.shares;
	uint64_t kept = shares[CLASS_LIVE].blocks + shares[CLASS_STATIC].blocks;

	if (is_freed_by(summary, function))
		return false;
	if (summary->live_most != 1 || kept > 1 || summary->chains ||
	    summary->size_kind != SIZE_CONSTANT || !has_single_owner(summary) ||
	    shares[CLASS_ESCAPING].blocks + kept != summary->counts.blocks)
		return false;
	/* An owner that is called often, or calls the function itself, is the better keeper. */
	return kept || (summary->activations == 1 && single_level(summary) > 1);
}

/* The owner's frame on a call path: its node says which call of the owner made the blocks. */
static uint32_t owner_node(const struct classes *classes,
                           const struct summary_path *path)
{
	const struct call_node *nodes = classes->profile->replay.tree.nodes;
	uint32_t node = classes_path_node(classes, path->path);

	while (node != CALL_ROOT && nodes[node].parent != path->owner_caller)
		node = nodes[node].parent;
	return node;
}

bool is_made_with(const struct classes *classes, const struct life_summary *whole,
                  const struct life_summary *part)
{
	const struct class_share *shares = part->counts.shares;
	uint64_t kept = shares[CLASS_LIVE].blocks + shares[CLASS_STATIC].blocks;
	uint32_t call, i;

	if (part->begun != whole->begun || part->live_most != 1 || part->chains ||
	    kept > 1 || shares[CLASS_ESCAPING].blocks + kept != part->counts.blocks ||
	    part->size_kind == SIZE_UNBOUNDED || !has_single_owner(whole) ||
	    !has_single_owner(part) ||
	    part->owners.ranks[0].key != whole->owners.ranks[0].key)
		return false;
	call = owner_node(classes, &whole->paths[0]);
	for (i = 1; i < whole->path_count; i++) {
		if (owner_node(classes, &whole->paths[i]) != call)
			return false;
	}
	for (i = 0; i < part->path_count; i++) {
		if (owner_node(classes, &part->paths[i]) != call)
			return false;
	}
	return call != CALL_ROOT;
}
