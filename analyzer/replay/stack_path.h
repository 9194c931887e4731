/*
 * replay/stack_path.h - a stack at one time: its frames and how many bytes each takes.
 *
 * An entry is a return address into a function. Its frame reaches from the call at that address
 * up to and including the function's own return address. The frame of the outermost entry
 * reaches to the end of the stack: it includes whatever is there, and frames that were left
 * out.
 */
#ifndef OUTLIVE_REPLAY_STACK_PATH_H
#define OUTLIVE_REPLAY_STACK_PATH_H

#include <stdint.h>

/* Entries that are kept of a path that is cut. */
#define STACK_PATH_INNER 512
#define STACK_PATH_OUTER 64

struct stack_entry {
	uint32_t location : 31;
	uint32_t is_cut : 1; /* frames are missing between this one and its caller */
	uint32_t words;      /* words of 8 bytes; 0: not known */
};

/* Zeroed is empty. */
struct stack_path {
	struct stack_entry *entries; /* outermost first */
	uint32_t count;
	/* entries left out between STACK_PATH_OUTER and the others; or 0 */
	uint32_t left_out;
	uint64_t left_words; /* words of the entries left out */
	/* words of all entries but the outermost, including those left out */
	uint64_t inner_words;
};

/*
 * Make the path consist of these `count` entries; it takes ownership of them (from malloc()).
 */
void stack_path_give(struct stack_path *path, struct stack_entry *entries,
                     uint32_t count);

/* Leave out the entries between the outer and the inner ones, if there are any. */
void stack_path_cut(struct stack_path *path);

void stack_path_release(struct stack_path *path);

#endif
