/*
 * replay/stack_path.h - a stack at one time: its frames and how many bytes each takes.
 *
 * An entry is a return address into a function; its frame reaches from there, the call it
 * makes, up to and with its own return address. The outermost entry's reaches to the end
 * of the stack: what lies there, and frames that were left out, are counted in it.
 */
#ifndef OUTLIVE_REPLAY_STACK_PATH_H
#define OUTLIVE_REPLAY_STACK_PATH_H

#include <stdint.h>

/* What is kept of a path that is cut. */
#define STACK_PATH_INNER 512
#define STACK_PATH_OUTER 64

struct stack_entry {
	uint32_t location : 31;
	uint32_t is_cut : 1; /* frames are missing outside of it */
	uint32_t words;      /* of 8 bytes; 0: not known */
};

/* Zeroed is empty. */
struct stack_path {
	struct stack_entry *entries; /* outermost first */
	uint32_t count;
	uint32_t left_out;   /* entries, between STACK_PATH_OUTER and the others; or 0 */
	uint64_t left_words; /* of those */
	uint64_t
		inner_words; /* of all entries but the outermost, those left out included */
};

/* The path is these `count` entries from now on; they are its own, from malloc(). */
void stack_path_give(struct stack_path *path, struct stack_entry *entries,
                     uint32_t count);

/* Leave out what is between the outer and the inner frames, if that is anything. */
void stack_path_cut(struct stack_path *path);

void stack_path_release(struct stack_path *path);

#endif
