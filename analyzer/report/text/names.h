/*
 * report/text/names.h - names in a text report, fitted to what is left of the line.
 */
#ifndef OUTLIVE_REPORT_TEXT_NAMES_H
#define OUTLIVE_REPORT_TEXT_NAMES_H

#include "base/screen.h"
#include "verdict/stack_names.h"

#include <stddef.h>

/* The rest of a line of which `used` columns are used: a function and its place. */
void report_name(const struct screen *screen, const struct stack_name *name,
                 size_t used);

/* The same: a module's path, or `unknown` if it is "". */
void report_module(const struct screen *screen, const char *path, const char *unknown,
                   size_t used);

#endif
