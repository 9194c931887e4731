/*
 * verdict/class_options.h - how the user wants blocks to be classified.
 */
#ifndef OUTLIVE_VERDICT_CLASS_OPTIONS_H
#define OUTLIVE_VERDICT_CLASS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct suppressions;
struct peeling;

/* Zeroed: the defaults. */
struct class_options {
	const char *const *wrappers; /* names or globs of functions that are wrappers */
	size_t wrapper_count;
	/* names or globs of functions that are none, though a library's or known by name */
	const char *const *kept;
	size_t kept_count;
	const char *const *mine; /* what is the user's own code (own_code.h) */
	size_t mine_count;       /* 0: guess it */
	const struct suppressions *suppressions; /* rules of a file; NULL: none */
	/* hide nothing; blocks kept on purpose are still counted by rule */
	bool shows_suppressed;
	/*
	 * If only some blocks are counted: the wrappers that all blocks show, by number of the
	 * function, and how many functions there are; else NULL
	 */
	const struct peeling *peeling;
	uint32_t peeling_functions;
};

#endif
