/*
 * verdict/stack_choice.h - which stacks a report of stacks is about: those of some threads, or
 * whose deepest path has functions that the user asks for.
 */
#ifndef OUTLIVE_VERDICT_STACK_CHOICE_H
#define OUTLIVE_VERDICT_STACK_CHOICE_H

#include "base/error.h"
#include "base/text.h"
#include "verdict/classes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the user asked for; strings are borrowed. Of several modules or functions, any. */
struct stack_request {
	const char *const *modules;
	size_t module_count;
	const char *const *functions;
	size_t function_count;
	bool is_only_mine;
};

/* Set is_there[function] for each that is on a recorded stack, inlined or not. 0 or -1. */
int stack_functions_flag(uint8_t *is_there, const struct classes *classes);

/* Whether any frame of the path is of the function, or has it inlined. */
bool stack_path_has_function(const struct stack_path *path,
                             const struct classes *classes, uint32_t function);

/* Zeroed: all stacks. */
struct stack_choice {
	/*
	 * Bits, one for each condition that it meets: of a function of the table, and of a machine
	 * location with all functions that were inlined there.
	 */
	uint8_t *functions, *locations;
	uint32_t function_count, location_count;
	uint8_t needed;   /* all conditions */
	struct text text; /* ", with functions of libx.so, with your own code" */
};

/*
 * Returns 0; -1 and *error: something that was asked for is on no recorded stack, or may be
 * several things, and the message lists what there is; or memory is out. Release it either
 * way.
 */
int stack_choice_make(struct stack_choice *choice, const struct classes *classes,
                      const struct stack_request *asked, struct error *error);
void stack_choice_release(struct stack_choice *choice);

/* Whether a path meets all conditions, each by any of its frames. NULL: there are none. */
bool stack_choice_has_path(const struct stack_choice *choice,
                           const struct stack_path *path);

/* The same of a stack that is no thread's own, and whose thread is chosen. */
bool stack_choice_has_other(const struct stack_choice *choice,
                            const struct replay *replay,
                            const struct other_stack *other);

/* Whether one function meets them all. */
static inline bool stack_choice_has_function(const struct stack_choice *choice,
                                             uint32_t function)
{
	return !choice || !choice->needed ||
	       (function < choice->function_count &&
	        choice->functions[function] == choice->needed);
}

#endif
