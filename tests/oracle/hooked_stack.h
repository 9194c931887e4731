/*
 * hooked_stack.h - a stack of the recording as the oracle would see it: only its machine
 * frames, and only those whose function has hooks.
 */
#ifndef HOOKED_STACK_H
#define HOOKED_STACK_H

#include "oracle_log.h"
#include "replay/profile.h"

#include <stdint.h>

/* The stack of one call path, outermost first. */
struct hooked_stack {
	uint32_t count;            /* source frames */
	uint32_t *locations;       /* of the address map */
	uint64_t *functions;       /* in memory; 0: no hooks, or inlined */
	uint32_t depth;            /* frames with hooks */
	uint64_t name;             /* oracle_mix() over them */
	uint64_t blocks, inferred; /* the caller's */
};

struct hooked_stacks;

/*
 * `symbols`: a file of lines "address type name" sorted by address, as `nm -n` prints them for the
 * target. NULL: it cannot be read, or memory is out. All is borrowed.
 */
struct hooked_stacks *hooked_stacks_new(const struct profile *profile,
                                        const struct oracle_header *log,
                                        const char *symbols);

/* The stack of a call path; owned by `stacks`. NULL: memory is out. */
struct hooked_stack *hooked_stack_of(struct hooked_stacks *stacks, uint32_t path);

/* The name of a function by its address in memory; "-" for 0. */
const char *hooked_function_name(const struct hooked_stacks *stacks, uint64_t function);

#endif
