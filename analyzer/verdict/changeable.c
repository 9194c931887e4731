/* verdict/changeable.c - which parts of a program its author can change. */
#include "verdict/changeable.h"

#include "elf/allocators.h"
#include "elf/go_name.h"
#include "symbols/module_origin.h"

static const struct function *function_at(const struct classes *classes,
                                          uint32_t number)
{
	return &classes->functions.functions[number];
}

static const char *module_path(const struct classes *classes, uint32_t number)
{
	uint32_t module = function_at(classes, number)->module;

	return module == MODULE_NONE
	           ? ""
	           : address_map_module(classes->profile->map, module)->path;
}

bool is_changeable(const struct classes *classes, uint32_t number)
{
	const struct function *function = function_at(classes, number);

	return *function->name && function->module != MODULE_NONE &&
	       !is_startup_name(function->name) &&
	       !(is_go_source(function->home) && is_go_standard(function->name)) &&
	       !module_is_runtime(module_path(classes, number),
	                          classes->profile->process->header.executable);
}

const char *library_of(const struct classes *classes, uint32_t number)
{
	const char *path = module_path(classes, number);

	return module_is_of_system(path, classes->profile->process->header.executable)
	           ? path
	           : NULL;
}

bool has_changeable_owners(const struct classes *classes,
                           const struct life_summary *summary)
{
	size_t i;

	for (i = 0; i < summary->owners.count; i++) {
		if (!is_changeable(classes, summary->owners.ranks[i].key))
			return false;
	}
	return true;
}

bool has_exit_owner(const struct classes *classes, const struct life_summary *summary)
{
	size_t i;

	for (i = 0; i < summary->owners.count; i++) {
		if (function_at(classes, summary->owners.ranks[i].key)->calls_main)
			return true;
	}
	return false;
}

/* The same, unless the user says that the function is their own. */
static const char *foreign_library_of(const struct classes *classes, uint32_t number)
{
	return function_at(classes, number)->is_mine ? NULL : library_of(classes, number);
}

bool is_between_libraries(const struct classes *classes,
                          const struct life_summary *summary, uint32_t function)
{
	const uint32_t module = function_at(classes, function)->module;
	bool is_between = false;
	uint32_t owner;
	size_t i;

	if (!foreign_library_of(classes, function))
		return false;
	for (i = 0; i < summary->owners.count; i++) {
		owner = summary->owners.ranks[i].key;
		if (!foreign_library_of(classes, owner))
			return false;
		is_between |= function_at(classes, owner)->module != module;
	}
	return is_between;
}

bool is_made_elsewhere(const struct classes *classes,
                       const struct life_summary *summary, uint32_t function)
{
	const struct call_node *nodes = classes->profile->replay.tree.nodes;
	uint32_t i, frame, node, path, wrapper;
	enum peel_reason reason;

	for (i = 0; i < summary->path_count; i++) {
		path = summary->paths[i].path;
		node = profile_path(classes->profile, path)->node;
		for (frame = classes->peeling.path_frames[path]; frame;
		     frame--, node = nodes[node].parent) {
			wrapper = function_of_node(&classes->functions, classes->profile, node);
			/* Wrappers known by name, or named by the user, may be in any module. */
			reason = classes->peeling.functions[wrapper].reason;
			if ((reason == PEEL_AUTOMATIC || reason == PEEL_PART) &&
			    function_at(classes, wrapper)->module !=
			        function_at(classes, function)->module)
				return true;
		}
	}
	return false;
}

/* ---- the ends -------------------------------------------------------------------------- */

static bool is_owner(const struct life_summary *summary, uint32_t function)
{
	size_t i;

	for (i = 0; i < summary->owners.count; i++) {
		if (summary->owners.ranks[i].key == function)
			return true;
	}
	return false;
}

/*
 * Whether another module acted: walks the innermost frames of a free or realloc outwards, up to
 * the function itself or an owner. Functions that only allocate or free for their callers may
 * be in any module. What the C library runs at exit may be left by a jump, so that only the frame
 * of the C library is seen.
 */
static bool is_elsewhere(const struct classes *classes,
                         const struct life_summary *summary, uint32_t function,
                         uint32_t node)
{
	const struct call_node *nodes = classes->profile->replay.lives.freers.tree.nodes;
	uint32_t frames[INNER_FRAMES_MAX], count = 0, number;
	const struct function *frame;

	/* From the node to the root the outermost frame comes first: turn the order round. */
	for (; node != CALL_ROOT && count < INNER_FRAMES_MAX; node = nodes[node].parent)
		frames[count++] = classes->functions.of_location[nodes[node].location];
	while (count--) {
		number = frames[count];
		frame = function_at(classes, number);
		if (number == function || is_owner(summary, number))
			return false;
		if (!frame->is_allocator && !frame->is_deallocator && !frame->runs_exit &&
		    frame->module != function_at(classes, function)->module)
			return true;
	}
	return false;
}

/* Check each sequence of innermost frames in the tally. */
static enum where list_where(const struct classes *classes,
                             const struct life_summary *summary, uint32_t function,
                             uint32_t list)
{
	const struct tally_cell *cells = classes->profile->replay.lives.paths.tally.cells;
	enum where where = WHERE_HERE;

	for (; list; list = cells[list].next) {
		if (cells[list].key == TALLY_OTHERS)
			where = WHERE_ANYWHERE;
		else if (is_elsewhere(classes, summary, function, cells[list].key))
			return WHERE_ELSEWHERE;
	}
	return where;
}

/* Where the blocks were freed or, if `is_moved`, given to realloc: the most of all call paths. */
static enum where most_where(const struct classes *classes,
                             const struct life_summary *summary, uint32_t function,
                             bool is_moved)
{
	enum where most = WHERE_HERE, where;
	const struct path_life *life;
	uint32_t i;

	for (i = 0; i < summary->path_count; i++) {
		life = profile_life(classes->profile, summary->paths[i].path);
		where = list_where(classes, summary, function,
		                   is_moved ? life->realloced_by : life->freed_by);
		most = where > most ? where : most;
	}
	return most;
}

enum where freed_where(const struct classes *classes,
                       const struct life_summary *summary, uint32_t function)
{
	return most_where(classes, summary, function, false);
}

enum where moved_where(const struct classes *classes,
                       const struct life_summary *summary, uint32_t function)
{
	return most_where(classes, summary, function, true);
}
