/*
 * oracle_log.h - what the oracle writes while the target runs, and compare reads after:
 * a file of one header and one record for each block: first those that were freed, in the order of
 * their ends, then those that never were.
 *
 * The file is sparse and mapped shared, so it is whole however the target ends. Functions
 * are addresses in memory. A block is one life: realloc does not end it.
 */
#ifndef ORACLE_LOG_H
#define ORACLE_LOG_H

#include <stdint.h>

#define ORACLE_MAGIC UINT64_C(0x454C4341524F4F31)
#define ORACLE_BLOCKS_MAX (UINT64_C(16) << 20)
#define ORACLE_FUNCTIONS_BITS 16
#define ORACLE_STACKS_BITS 20

struct oracle_time {
	uint64_t ticks, ns; /* time-stamp counter; CLOCK_MONOTONIC */
};

struct oracle_block {
	uint64_t address;        /* at the end of its life */
	uint64_t size;           /* asked for, at the end */
	struct oracle_time born; /* of the call that put it at this address, after it */
	struct oracle_time end;  /* of its free, before it */
	uint64_t owner;  /* function of the deepest activation that still ran; 0: none */
	uint64_t stack;  /* oracle_mix() over the functions of its birth's stack */
	uint32_t depth;  /* activations on the stack of its birth */
	uint32_t escape; /* how many of the innermost ones had ended */
	uint32_t thread; /* that allocated it, from 1 */
	uint32_t reallocs;
	uint32_t crossed; /* freed or reallocated by another thread */
	uint32_t number;  /* of its birth in its thread, from 0; not changed by a realloc */
	uint64_t first_size; /* asked for at its birth */
	uint32_t is_live;    /* it was never freed; then end, owner and escape are 0 */
	uint32_t reserved;
};

/* A stack by its name, so that all its functions can be found. */
struct oracle_stack {
	uint64_t name; /* 0: free slot */
	uint64_t caller, function;
};

struct oracle_header {
	uint64_t magic;
	uint64_t bias;    /* of the executable */
	uint64_t blocks;  /* freed ones, whose records follow; atomic */
	uint64_t live;    /* records after those */
	uint64_t dropped; /* that found no room */
	uint64_t births, frees, unknown_frees;
	uint64_t calls;   /* of functions with hooks */
	uint64_t unwound; /* activations ended by longjmp */
	uint64_t stale; /* that were found to have ended unseen: the oracle doubts itself */
	uint64_t main_start,
		main_end; /* CLOCK_MONOTONIC; main() returned, or exit() was called */
	uint64_t stack_count;
	uint32_t pid, threads;
	uint64_t functions[1 << ORACLE_FUNCTIONS_BITS]; /* with hooks, hashed; 0: none */
	struct oracle_stack stacks[1 << ORACLE_STACKS_BITS]; /* of births, hashed */
};

static inline uint32_t oracle_hash(uint64_t word, int bits)
{
	return (uint32_t)((word * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - bits));
}

/* The name of a stack that goes on with a function; of no function at all: 0. */
static inline uint64_t oracle_mix(uint64_t stack, uint64_t function)
{
	stack = (stack ^ function) * UINT64_C(0xD6E8FEB86659FD93);
	return stack ^ stack >> 32;
}

#endif
