/*
 * verdict/line_index.h - numbers the lines of source that a report has a row for: names of one
 * function and line are one.
 */
#ifndef OUTLIVE_VERDICT_LINE_INDEX_H
#define OUTLIVE_VERDICT_LINE_INDEX_H

#include "base/hash_index.h"
#include "verdict/stack_names.h"

#include <stddef.h>
#include <stdint.h>

/* Zeroed is empty. */
struct line_index {
	struct stack_name *names; /* the first name of each line, by its number - 1 */
	size_t count, capacity;
	struct hash_index numbers;
};

/*
 * The number of the name's line: from 1, in the order in which they were first asked for; so a new
 * one is `count`. 0: memory is out.
 */
uint32_t line_index_number(struct line_index *index, const struct stack_name *name);
void line_index_release(struct line_index *index);

#endif
