/*
 * system/stack_bounds.h - finds where a stack begins and ends in memory.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_STACK_BOUNDS_H
#define OUTLIVE_PRELOAD_SYSTEM_STACK_BOUNDS_H

#include <stdbool.h>
#include <stdint.h>

struct stack_bounds {
	uintptr_t low, high; /* [low, high); both 0: unknown */
};

static inline bool stack_bounds_hold(const struct stack_bounds *bounds,
                                     uintptr_t address)
{
	return address - bounds->low < bounds->high - bounds->low;
}

/*
 * Whether `sp` is the stack pointer with which the kernel started the process: there are no
 * frames further out.
 */
bool stack_begins_at(uintptr_t sp);

/*
 * Find the mapping that contains `address` in /proc/self/maps. Uses system calls only; takes
 * tens of microseconds. The mapping of the main thread's stack grows, so its low end is set to
 * the end of the mapping below, but the size to 1 GiB at most. False: /proc cannot be read, or
 * no writable mapping contains the address.
 */
bool stack_bounds_find(uintptr_t address, struct stack_bounds *bounds);

/* The mapping of a stack, as it is in /proc/self/maps now. */
struct stack_mapping {
	uintptr_t low, high;
	uintptr_t guard_low; /* start of the inaccessible memory below it; low: none */
	bool is_main;        /* it grows when the memory below it is accessed */
};

/* Find the writable mapping that contains `address`, in the same way. False: as above. */
bool stack_mapping_find(uintptr_t address, struct stack_mapping *mapping);

#endif
