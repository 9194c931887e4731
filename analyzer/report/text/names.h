/*
 * report/text/names.h - names in a text report, shortened to the rest of the line.
 */
#ifndef OUTLIVE_REPORT_TEXT_NAMES_H
#define OUTLIVE_REPORT_TEXT_NAMES_H

#include "base/screen.h"
#include "verdict/classes.h"
#include "verdict/stack_names.h"

#include <stddef.h>

/* Print the rest of a line of which `used` columns are used: a function, its file and line. */
void report_name(const struct screen *screen, const struct stack_name *name,
                 size_t used);

/* The same for a frame of a call path, which says if the function was inlined. */
void report_frame_name(const struct screen *screen, const struct stack_name *name,
                       size_t used);

/* The same for a module: its path, or `unknown` if that is "". */
void report_module(const struct screen *screen, const char *path, const char *unknown,
                   size_t used);

/* Print all frames of a call path below a heading. 0, or -1 when memory is out. */
int report_call_path(const struct screen *screen, const struct classes *classes,
                     uint32_t path);

#endif
