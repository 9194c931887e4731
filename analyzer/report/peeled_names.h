/*
 * report/peeled_names.h - the names of the wrappers that were skipped, for people: the variants
 * of a template, and the members of a class, have one name.
 */
#ifndef OUTLIVE_REPORT_PEELED_NAMES_H
#define OUTLIVE_REPORT_PEELED_NAMES_H

#include "verdict/classes.h"

#include <stddef.h>

struct peeled_name {
	char text[64]; /* escaped */
	enum peel_reason reason;
};

struct peeled_names {
	struct peeled_name *names; /* the wrapper of most blocks first; no name twice */
	size_t count;
};

/* 0, or -1 when memory is out. */
int peeled_names_make(struct peeled_names *names, const struct classes *classes);
void peeled_names_release(struct peeled_names *names);

#endif
