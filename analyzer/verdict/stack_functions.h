/*
 * verdict/stack_functions.h - which functions eat the stack: the frames of a profile's samples,
 * by function.
 */
#ifndef OUTLIVE_VERDICT_STACK_FUNCTIONS_H
#define OUTLIVE_VERDICT_STACK_FUNCTIONS_H

#include "verdict/function_table.h"
#include "replay/profile.h"
#include "verdict/stack_names.h"
#include "verdict/recursion.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A frame counts once for each sample it is in; recursion in one sample, each time. */
struct function_frames {
	uint32_t function, location; /* location: one of the function's */
	uint64_t frames, bytes;
	uint64_t largest_bytes;
};

struct stack_functions {
	struct function_frames *rows; /* most bytes first */
	size_t count;
	uint64_t bytes; /* of all */
};

/* 0, or -1 when memory is out; release it either way. */
int stack_functions_make(struct stack_functions *functions,
                         const struct profile *profile,
                         const struct function_table *table);
void stack_functions_release(struct stack_functions *functions);

/* The functions of a path's frames, innermost first; NULL when memory is out. */
uint32_t *stack_path_functions(const struct stack_path *path,
                               const struct function_table *table);

/* How a stack overflowed: the path that repeats, in a fault's frames, innermost first. */
struct fault_rounds {
	struct stack_rounds seen; /* rounds 0: nothing repeats */
	uint64_t round_bytes;     /* 0: not known */
	uint64_t rounds;          /* in all */
	bool is_cut;              /* outer frames are missing; they are rounds, too */
	enum { ROUNDS_EXACT, ROUNDS_ABOUT, ROUNDS_AT_LEAST } precision;
};

/*
 * Which frame the round begins with that stands for all: not with the one that did not
 * get to its call.
 */
size_t fault_rounds_shown(const struct fault_rounds *rounds);

/* 0, or -1 when memory is out. */
int fault_rounds_find(struct fault_rounds *rounds, const struct stack_fault *fault,
                      const struct function_table *table);

#endif
