/*
 * findings.h - everything a report says of lives, made in one go: classes, places and
 * advice. Layer 15.
 */
#ifndef OUTLIVE_FINDINGS_H
#define OUTLIVE_FINDINGS_H

#include "advice.h"
#include "classes.h"
#include "places.h"

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
