/*
 * go/escapes.h - what Go's compiler says of values that are on the heap because it could not prove
 * that their function outlives them ("escape analysis").
 */
#ifndef OUTLIVE_GO_ESCAPES_H
#define OUTLIVE_GO_ESCAPES_H

#include "base/text_pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct go_escape {
	const char *file; /* as the compiler writes it, without "./" and "../" before it */
	const char *package; /* import path; "" when unknown */
	const char
		*function;    /* as the compiler writes it, without package; "" when unknown */
	const char *what; /* the variable or expression */
	const char *
		why; /* steps, each "EXPRESSION (reason) at FILE:LINE:COLUMN", with '\n' between */
	uint32_t line, column;
	bool is_moved;     /* a variable that was moved to the heap */
	bool is_explained; /* by -m=2 or -json */
};

/* Zeroed is empty. */
struct go_escapes {
	struct go_escape *items;
	size_t count, capacity;
	struct text_pool pool;
	uint64_t
		read; /* lines of the compiler's that were understood, about escapes or not */
};

/* More would be no output of a compiler. */
#define GO_ESCAPES_MAX (4u << 20)

/*
 * Add a copy, unless the line is 0 or of a file that cgo made. 0, or -1: memory is out, or there
 * are too many.
 */
int go_escapes_add(struct go_escapes *escapes, const struct go_escape *escape);

/*
 * Sort by file, line and column. What the compiler says of one value several times, for copies of
 * a function, or with and without an explanation, becomes one item.
 */
void go_escapes_settle(struct go_escapes *escapes);
void go_escapes_release(struct go_escapes *escapes);

/*
 * Take "X escapes to heap", or "X escapes to heap in F", apart: cuts the text after X, and sets
 * *function ("" if it is not there). Whether it was one.
 */
bool go_escape_split(char *text, const char **function);

/*
 * Whether a file and package of the compiler's are those of a function that runs: traced_file is as
 * the program has it, absolute or (-trimpath) beginning with the import path.
 */
bool go_escape_is_file(const struct go_escape *escape, const char *traced_file,
                       const char *traced_function);

#endif
