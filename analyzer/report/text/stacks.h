/*
 * report/text/stacks.h - how deep the stacks went, for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_STACKS_H
#define OUTLIVE_REPORT_TEXT_STACKS_H

#include "verdict/classes.h"
#include "report/settings.h"
#include "base/screen.h"

#include <stdint.h>

/*
 * Print what ended the process, the threads (the first `top`; 0: all), the deepest path of the
 * thread whose blocks count (or of the one that went deepest), and functions by their frames.
 * Returns 0; -1: memory is out; 1: no stack of such a thread is known.
 */
int report_stacks(const struct screen *screen, const struct classes *classes,
                  uint64_t top);

/* Print lines for the overview: stacks near their limits, or a deep one; often none. */
void report_stacks_brief(const struct screen *screen, const struct profile *profile);

#endif
