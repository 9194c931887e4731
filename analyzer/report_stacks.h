/*
 * report_stacks.h - how deep the stacks went, for people. Layer 16.
 */
#ifndef OUTLIVE_REPORT_STACKS_H
#define OUTLIVE_REPORT_STACKS_H

#include "classes.h"
#include "report_settings.h"
#include "screen.h"

#include <stdint.h>

/*
 * What the process died of, threads (the first `top`; 0: all), the deepest path of thread `tid` (or of the one that
 * went deepest: STACKS_THREAD_UNSAID), functions by their frames. 0; -1: memory is out; 1: there is no
 * such thread.
 */
int report_stacks(const struct screen *screen, const struct classes *classes,
                  uint64_t top, uint64_t tid);

/* Lines for the overview: stacks near their limits, or a deep one; often none. */
void report_stacks_brief(const struct screen *screen, const struct profile *profile);

#endif
