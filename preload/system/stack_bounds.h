/*
 * system/stack_bounds.h - where a stack begins and ends in memory.
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
 * True if `sp` is the stack pointer of the code that the kernel started the process in:
 * nothing lies further out.
 */
bool stack_begins_at(uintptr_t sp);

/*
 * The mapping that holds `address`, as /proc/self/maps has it now: system calls only,
 * tens of microseconds. The main thread's mapping grows, so its low end is given as far
 * down as its limit lets it. False if /proc cannot be read or no mapping holds it.
 */
bool stack_bounds_find(uintptr_t address, struct stack_bounds *bounds);

/* A mapping that a stack lies in, as /proc/self/maps has it now. */
struct stack_mapping {
	uintptr_t low, high;
	uintptr_t guard_low; /* what nobody may access below it begins here; low: nothing */
	bool is_main;        /* it grows when what lies below it is accessed */
};

/* That of `address`, which is writable; by system calls only. False: as above. */
bool stack_mapping_find(uintptr_t address, struct stack_mapping *mapping);

#endif
