/* verdict/go_lines.c - C memory by the line of Go that called C. */
#include "verdict/go_lines.h"

#include "base/array.h"
#include "elf/go_name.h"
#include "verdict/line_index.h"
#include "verdict/own_code.h"

#include <stdlib.h>
#include <string.h>

/*
 * Whether a function is Go's. C code in the comment before `import "C"` has a Go file, too; but
 * only names of Go have a package, and what a C compiler appends to a name is none.
 */
static bool is_go(const struct stack_name *name)
{
	const char *dot = strchr(name->function, '.');

	return is_go_source(name->file) && dot && strncmp(dot, ".part.", 6) &&
	       strncmp(dot, ".isra.", 6) && strncmp(dot, ".constprop.", 11) &&
	       strncmp(dot, ".cold", 5);
}

/* The line of Go on a stack that asked for the block; NULL: there is none. */
static const struct stack_name *asking_name(const struct stack_names *stack)
{
	const struct stack_name *asking = NULL, *name;
	size_t i;

	for (i = 0; i < stack->count; i++) {
		name = &stack->names[i];
		if (!is_go(name) || is_go_plumbing(name->function) ||
		    is_go_standard(name->function))
			continue;
		if (own_code_is_guess(name->file, name->module))
			return name;
		if (!asking)
			asking = name;
	}
	return asking;
}

/* The row of the name's line, made if it is new; NULL: no memory. */
static struct go_line *line_find(struct go_lines *lines, struct line_index *index,
                                 const struct stack_name *name, uint32_t function)
{
	uint32_t number = line_index_number(index, name);

	if (!number || array_reserve(lines->lines, lines->capacity, number))
		return NULL;
	if (number > lines->count)
		lines->lines[lines->count++] = (struct go_line){ .name = *name,
			                                             .function = function };
	return &lines->lines[number - 1];
}

/* ---- owners ---------------------------------------------------------------------------- */

enum owner_place { OWNER_IN_CALL, OWNER_HERE, OWNER_FURTHER_OUT };

/* Where the owner of a path's blocks is, seen from a node of the path: numbers grow inwards. */
static enum owner_place owner_place(const struct classes *classes, uint32_t path,
                                    uint32_t depth, uint32_t node)
{
	uint32_t owner = classes_owner_node(classes, path, depth);

	return owner > node    ? OWNER_IN_CALL
	       : owner == node ? OWNER_HERE
	                       : OWNER_FURTHER_OUT;
}

/* Count the blocks of one tally. 0, or -1: memory is out. */
static int owners_add(struct go_line *line, const struct classes *classes,
                      uint32_t path, uint32_t node, enum frame_proof proof)
{
	const struct profile *profile = classes->profile;
	const struct tally_cell *cells = profile->replay.lives.paths.tally.cells, *cell;
	uint32_t list = profile_life(profile, path)->depths[proof], depth, owner;
	enum owner_place place;

	for (; list; list = cell->next) {
		cell = &cells[list];
		depth = depth_key_depth(cell->key);
		place = owner_place(classes, path, depth, node);
		owner = classes_owner_node(classes, path, depth);
		if ((proof == PROOF_INFERRED && classes->has_exact_frames) ||
		    (proof == PROOF_OPEN &&
		     (place != owner_place(classes, path, depth_key_most(cell->key), node) ||
		      place == OWNER_FURTHER_OUT))) {
			line->unknown += cell->blocks;
		} else if (place == OWNER_IN_CALL) {
			line->in_call += cell->blocks;
		} else if (place == OWNER_HERE) {
			line->here += cell->blocks;
		} else {
			line->passed_up += cell->blocks;
			owner = function_of_node(&classes->functions, profile, owner);
			if (ranking_add(&line->owners, owner, cell->blocks, cell->bytes))
				return -1;
		}
	}
	return 0;
}

static int path_add(struct go_line *line, const struct classes *classes, uint32_t path,
                    uint32_t node)
{
	enum frame_proof proof;

	for (proof = 0; proof < PROOF_COUNT; proof++) {
		if (owners_add(line, classes, path, node, proof))
			return -1;
	}
	return life_summary_add(&line->summary, classes, path);
}

static int path_count(struct go_lines *lines, struct line_index *index,
                      const struct classes *classes, struct stack_names *stack,
                      uint32_t path)
{
	const struct profile *profile = classes->profile;
	const struct call_path *counted = profile_path(profile, path);
	const struct stack_name *name;
	struct go_line *line;

	if (stack_names_fill(stack, profile, counted->node))
		return -1;
	name = asking_name(stack);
	if (!name) {
		lines->other_blocks += counted->allocations;
		lines->other_bytes += counted->bytes;
		return 0;
	}
	line = line_find(lines, index, name,
	                 function_of_node(&classes->functions, profile, name->node));
	return line ? path_add(line, classes, path, name->node) : -1;
}

/* ---- lines ----------------------------------------------------------------------------- */

static int by_bytes(const void *first, const void *second)
{
	const struct go_line *one = first, *two = second;

	if (one->summary.bytes != two->summary.bytes)
		return one->summary.bytes > two->summary.bytes ? -1 : 1;
	return (one->name.node > two->name.node) - (one->name.node < two->name.node);
}

int go_lines_make(struct go_lines *lines, const struct classes *classes)
{
	uint32_t paths = classes->profile->replay.paths.count, path;
	struct line_index index = { .names = NULL };
	struct stack_names stack = { NULL, 0, 0 };
	int result = 0;
	size_t i;

	*lines = (struct go_lines){ .count = 0 };
	for (path = 1; path < paths && !result; path++) {
		if (!call_path_is_empty(profile_path(classes->profile, path)))
			result = path_count(lines, &index, classes, &stack, path);
	}
	line_index_release(&index);
	stack_names_release(&stack);
	for (i = 0; i < lines->count; i++) {
		life_summary_sort(&lines->lines[i].summary, classes);
		ranking_sort(&lines->lines[i].owners);
	}
	if (lines->count)
		qsort(lines->lines, lines->count, sizeof(*lines->lines), by_bytes);
	return result;
}

void go_lines_release(struct go_lines *lines)
{
	size_t i;

	for (i = 0; i < lines->count; i++) {
		life_summary_release(&lines->lines[i].summary);
		ranking_release(&lines->lines[i].owners);
	}
	free(lines->lines);
	*lines = (struct go_lines){ .count = 0 };
}
