/*
 * report/text/advice.h - advice for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_ADVICE_H
#define OUTLIVE_REPORT_TEXT_ADVICE_H

#include "base/screen.h"
#include "verdict/advice.h"

#include <stddef.h>

/*
 * For the default screen, below a heading: the first pieces that would pay, or that there are none.
 * 0, or -1.
 */
int report_advice_brief(const struct screen *screen, const struct findings *findings);

/* All of them, or the first `top` if that is not 0; what would hardly pay comes last. 0, or -1. */
int report_advice_all(const struct screen *screen, const struct findings *findings,
                      uint64_t top);

/* One of them, with all that it rests on. 0, or -1: no memory. */
int report_advice_whole(const struct screen *screen, const struct findings *findings,
                        const struct advice *advice, size_t number);

/* Print a line if the program is an interpreter: whose lines these are. */
void report_interpreter(const struct screen *screen, const struct profile *profile);

#endif
