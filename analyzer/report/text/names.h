/*
 * report/text/names.h - names in a text report, never cut within a function's own name.
 */
#ifndef OUTLIVE_REPORT_TEXT_NAMES_H
#define OUTLIVE_REPORT_TEXT_NAMES_H

#include "base/screen.h"
#include "verdict/classes.h"
#include "verdict/stack_names.h"

#include <stdbool.h>
#include <stddef.h>

/* Print the rest of a line of which `used` columns are used: a function, its file and line. */
void report_name(const struct screen *screen, const struct stack_name *name,
                 size_t used);

/* The same for a frame of a call path, which says if the function was inlined. */
void report_frame_name(const struct screen *screen, const struct stack_name *name,
                       size_t used);

/*
 * Write the name, without as many of its outer namespaces and classes as it takes to fit into so
 * many columns; the function's own name stays whole, with a class whose template arguments tell
 * it from others. Returns whether it fits.
 */
bool report_name_fit(char *to, size_t bytes, const char *name, size_t columns);

/*
 * Print the rest of a line of which `used` columns are used: an escaped name and, beside or below
 * it, `joint` and another name ("": none). Neither loses a part of the function's own name.
 */
void report_names(const struct screen *screen, const char *name, const char *joint,
                  const char *other, size_t used);

/* The same for a module: its path, or `unknown` if that is "". */
void report_module(const struct screen *screen, const char *path, const char *unknown,
                   size_t used);

/* Print all frames of a call path below a heading. 0, or -1 when memory is out. */
int report_call_path(const struct screen *screen, const struct classes *classes,
                     uint32_t path);

/*
 * Write "file.c:12" of a location, or its module; escaped. The line belongs to the physical
 * function, whatever was inlined there. 0, or -1 when memory is out.
 */
int location_line_text(char *text, size_t bytes, const struct profile *profile,
                       uint32_t location);

#endif
