/*
 * verdict/class_options.h - how whoever asks wants blocks to be judged.
 */
#ifndef OUTLIVE_VERDICT_CLASS_OPTIONS_H
#define OUTLIVE_VERDICT_CLASS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct suppressions;

/* Zeroed is what nobody has asked otherwise for. */
struct class_options {
	const char *const *wrappers; /* names or globs of functions to peel off */
	size_t wrapper_count;
	const struct suppressions *suppressions; /* of a file; NULL: none */
	bool shows_suppressed; /* count by rule what is kept on purpose, and hide nothing */
};

#endif
