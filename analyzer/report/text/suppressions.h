/*
 * report/text/suppressions.h - the lines of a text report about blocks that are kept on
 * purpose.
 */
#ifndef OUTLIVE_REPORT_TEXT_SUPPRESSIONS_H
#define OUTLIVE_REPORT_TEXT_SUPPRESSIONS_H

#include "verdict/classes.h"
#include "verdict/evidence.h"
#include "base/screen.h"

#include <stddef.h>
#include <stdint.h>

/* Write "libc: the time zone", or "FILE:3: leak:foo"; escaped. Returns `text`. */
const char *suppression_text(char *text, size_t bytes,
                             const struct suppressed *suppressed, uint32_t rule);

/* Print the first rule that matches blocks of these call paths, if any. */
void report_kept(const struct screen *screen, const struct classes *classes,
                 const struct life_summary *summary);

/* Print a table of the rules that match blocks. 0, or -1 when memory is out. */
int report_suppressions(const struct screen *screen, const struct classes *classes);

/*
 * Print how much is hidden: a line for runtimes and one for each file, if they hide anything.
 */
void report_hidden(const struct screen *screen, const struct classes *classes);

#endif
