/*
 * activations.h - the functions of this thread that run: every call its own activation,
 * known by the hooks that -finstrument-functions puts at its begin and end.
 */
#ifndef ACTIVATIONS_H
#define ACTIVATIONS_H

#include <stdbool.h>
#include <stdint.h>

/* An activation that some block remembers; it stays for ever. */
struct activation {
	struct activation *caller; /* NULL: outermost */
	uint64_t function;
	uint64_t stack; /* oracle_mix() of all up to this one */
	uint32_t depth; /* 1: outermost */
	uint32_t ended; /* atomic: its thread may not be the one that asks */
};

/* The innermost activation of this thread, NULL: none runs. */
struct activation *activation_innermost(void);

/* This thread's number, from 1 in the order of first use. */
uint32_t activation_thread(void);

/* How many from `innermost` outwards have ended; *owner: the first that has not. */
uint32_t activations_ended(const struct activation *innermost,
                           const struct activation **owner);

/* Anonymous memory, zeroed; the process dies without. */
void *oracle_map(uint64_t bytes);

/* The log's header; NULL: this process is not the one to log. */
struct oracle_header *oracle_header(void);

#endif
