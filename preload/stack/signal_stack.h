/*
 * stack/signal_stack.h - a stack for our handler of faults, for threads that the program gives
 * none: a thread that has overflowed its stack cannot use it.
 */
#ifndef OUTLIVE_PRELOAD_STACK_SIGNAL_STACK_H
#define OUTLIVE_PRELOAD_STACK_SIGNAL_STACK_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Go uses a stack that it finds for its own handlers, and needs 32 KiB. A handler with
 * SA_ONSTACK in a program without such a stack runs here, too, and expects to have the thread's
 * whole stack: this is enough for handlers that report a fault. Pages that are not used take no
 * memory.
 */
#define SIGNAL_STACK_BYTES (256 * 1024)

/*
 * Give the calling thread a stack if it has none: the one at *memory, mapped if that is NULL.
 * Keeps errno.
 */
void signal_stack_put(void **memory);

/*
 * Take the stack from the calling thread, if it still uses it. *memory becomes NULL if the
 * thread runs on it right now: then it cannot be reused.
 */
void signal_stack_take(void **memory);

/* The same, but leave the stack if the thread runs on it right now. */
void signal_stack_drop(void *memory);

/* Whether `stack` is the one at `memory`. */
static inline bool signal_stack_is_ours(const stack_t *stack, const void *memory)
{
	return memory && stack->ss_sp == memory;
}

/* Whether the calling thread has this stack, and it was given here. */
bool signal_stack_has_header(const stack_t *stack);

/* Get the calling thread's signal stack; SS_DISABLE in its flags: none. */
void signal_stack_check(stack_t *stack);

#endif
