/*
 * verdict/go_lines.h - memory that C allocated while Go was calling it, by the line of Go that
 * called, and which function of Go owned the blocks.
 */
#ifndef OUTLIVE_VERDICT_GO_LINES_H
#define OUTLIVE_VERDICT_GO_LINES_H

#include "verdict/classes.h"
#include "verdict/evidence.h"
#include "verdict/stack_names.h"

#include <stddef.h>
#include <stdint.h>

struct go_line {
	struct stack_name name;
	uint32_t function; /* of the function table */
	struct life_summary summary;
	/*
	 * Of the blocks that their own goroutine freed, whichever function owned them: one further in,
	 * which the line called; the line's own, as with `defer C.free`; one further out, to which the
	 * block was passed up; and not known which
	 */
	uint64_t in_call, here, passed_up, unknown;
	struct ranking owners; /* by function, of those passed up; most first */
};

struct go_lines {
	struct go_line *lines; /* most bytes first */
	size_t count, capacity;
	uint64_t other_blocks,
		other_bytes; /* that no Go function, or only Go's own, had asked for */
};

/*
 * The line of a call path is the innermost of the user's own code that is Go; if there is none, the
 * innermost outside Go's standard library. 0, or -1: memory is out. Release it either way.
 */
int go_lines_make(struct go_lines *lines, const struct classes *classes);
void go_lines_release(struct go_lines *lines);

#endif
