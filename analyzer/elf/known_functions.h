/*
 * elf/known_functions.h - functions whose name says what they do to the flow of control. Names
 * are those of symbols (mangled).
 */
#ifndef OUTLIVE_ELF_KNOWN_FUNCTIONS_H
#define OUTLIVE_ELF_KNOWN_FUNCTIONS_H

#include <stdbool.h>

/*
 * Whether a call of this function of another module is an event for certain, or fails. free()
 * and operator delete are none: they do nothing for NULL.
 */
bool known_allocates(const char *name);

/* The same for a function of the module itself: only those that a program cannot replace. */
bool known_allocates_here(const char *name);

/* Whether the function never returns to its caller. */
bool known_never_returns(const char *name);

/* Whether the function may return a second time, later: then any way may lead to its call. */
bool known_returns_twice(const char *name);

#endif
