/*
 * report/text/kept.h - what libc's malloc keeps though it is free, for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_KEPT_H
#define OUTLIVE_REPORT_TEXT_KEPT_H

#include "base/screen.h"
#include "verdict/advice.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Print what is kept and what helps in a few lines of the default screen, if it is much.
 * *is_shown: whether it was. 0, or -1: memory is out.
 */
int kept_print_brief(const struct screen *screen, const struct findings *findings,
                     bool *is_shown);

/* Print the view of --kept; `top` rows of each table at most, 0: all. 0, or -1. */
int kept_print(const struct screen *screen, const struct findings *findings,
               uint64_t top);

#endif
