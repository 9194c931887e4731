/*
 * verdict/findings.h - everything a report says of lives, made in one go: classes, places and
 * advice.
 */
#ifndef OUTLIVE_VERDICT_FINDINGS_H
#define OUTLIVE_VERDICT_FINDINGS_H

#include "verdict/advice.h"
#include "verdict/classes.h"
#include "verdict/call_sites.h"

struct findings {
	struct classes *classes;
	struct places places;
	struct advice_list advice;
};

/* As classes_new(). 0, or -1 when memory is out; release it either way. */
int findings_make(struct findings *findings, const struct profile *profile,
                  const struct class_options *options);
void findings_release(struct findings *findings);

#endif
