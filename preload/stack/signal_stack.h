/*
 * stack/signal_stack.h - a stack for our handler of faults, where the program gives a thread
 * none: that of a thread which has overflowed is of no use.
 */
#ifndef OUTLIVE_PRELOAD_STACK_SIGNAL_STACK_H
#define OUTLIVE_PRELOAD_STACK_SIGNAL_STACK_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Go takes what it finds for its own handlers, and wants 32 KiB. A handler that says
 * SA_ONSTACK where the program has no such stack runs here, too, and reckons with the whole of
 * the thread's: this is room for those that explain a fault. What is not used is no memory.
 */
#define SIGNAL_STACK_BYTES (256 * 1024)

/*
 * Give one to the calling thread if it has none: the one at *memory, mapped if that is
 * NULL. errno is kept.
 */
void signal_stack_put(void **memory);

/*
 * Take it from the calling thread, if it is still the one in use. *memory becomes NULL if
 * the thread is on it right now: it cannot be used again.
 */
void signal_stack_take(void **memory);

/* Take it likewise, but leave it if the thread is on it right now. */
void signal_stack_drop(void *memory);

/* True if `stack` is the one at `memory`. */
static inline bool signal_stack_is_ours(const stack_t *stack, const void *memory)
{
	return memory && stack->ss_sp == memory;
}

/* True if the calling thread has this one, and it is of those that were given here. */
bool signal_stack_has_mark(const stack_t *stack);

/* The one that the calling thread has; SS_DISABLE among its flags: none. */
void signal_stack_look(stack_t *stack);

#endif
