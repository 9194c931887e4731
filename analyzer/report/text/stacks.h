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
 * Print what ended the process, the threads that the filters leave (the first settings->top; 0:
 * all), the deepest path of the first, and functions by their frames.
 * Returns 0; -1: memory is out; 1: no stack of such a thread is known.
 */
int report_stacks(const struct screen *screen, const struct classes *classes,
                  const struct report_settings *settings);

/* Write "signal stack of thread 4711 (worker)", escaped; returns `text`. */
const char *other_stack_text(char *text, size_t bytes, const struct replay *replay,
                             const struct other_stack *other);

/* Print lines for the overview: stacks near their limits, or a deep one; often none. */
void report_stacks_brief(const struct screen *screen, const struct profile *profile);

#endif
