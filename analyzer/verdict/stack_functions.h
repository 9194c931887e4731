/*
 * verdict/stack_functions.h - which functions take the most stack: the frames of a profile's
 * stack depth records, by function.
 */
#ifndef OUTLIVE_VERDICT_STACK_FUNCTIONS_H
#define OUTLIVE_VERDICT_STACK_FUNCTIONS_H

#include "verdict/function_table.h"
#include "replay/profile.h"
#include "verdict/stack_names.h"
#include "verdict/recursion.h"
#include "verdict/stack_choice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A frame counts once for each record that contains it; each frame of a recursion counts. */
struct function_frames {
	uint32_t function, location; /* location: any one of the function's */
	uint64_t frames, bytes;
	uint64_t largest_bytes;
};

struct stack_functions {
	struct function_frames *rows; /* most bytes first */
	size_t count;
	uint64_t bytes; /* of all functions */
};

/* 0, or -1 when memory is out; release it either way. */
int stack_functions_make(struct stack_functions *functions,
                         const struct profile *profile,
                         const struct function_table *table);

/* Leave only functions that are chosen (NULL: all); the sum of all bytes stays. */
void stack_functions_choose(struct stack_functions *functions,
                            const struct stack_choice *choice);

/*
 * Put the user's own code first (own_code_compare()). Whether a row now comes before a heavier
 * one.
 */
bool stack_functions_own_first(struct stack_functions *functions,
                               const struct function_table *table);

void stack_functions_release(struct stack_functions *functions);

/* The functions of a call path's frames, innermost first; NULL when memory is out. */
uint32_t *stack_path_functions(const struct stack_path *path,
                               const struct function_table *table);

/* How a stack overflowed: the calls that repeat among a fault's frames, innermost first. */
struct fault_rounds {
	struct stack_rounds seen; /* rounds 0: nothing repeats */
	uint64_t round_bytes;     /* 0: not known */
	uint64_t rounds;          /* of all rounds */
	bool is_cut; /* outer frames are missing, and belong to further rounds */
	enum { ROUNDS_EXACT, ROUNDS_ABOUT, ROUNDS_AT_LEAST } precision;
};

/*
 * The frame that begins the round shown for all rounds. It is not in the innermost round, whose
 * first frame did not reach its call.
 */
size_t fault_rounds_shown(const struct fault_rounds *rounds);

/* 0, or -1 when memory is out. */
int fault_rounds_find(struct fault_rounds *rounds, const struct stack_fault *fault,
                      const struct function_table *table);

#endif
