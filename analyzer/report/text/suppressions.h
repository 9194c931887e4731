/*
 * report/text/suppressions.h - what a text report says of blocks that are kept on purpose.
 */
#ifndef OUTLIVE_REPORT_TEXT_SUPPRESSIONS_H
#define OUTLIVE_REPORT_TEXT_SUPPRESSIONS_H

#include "verdict/classes.h"
#include "verdict/evidence.h"
#include "base/screen.h"

#include <stddef.h>
#include <stdint.h>

/* "libc: the time zone", or "FILE:3: leak:foo"; escaped, into `text`. Returns it. */
const char *suppression_text(char *text, size_t bytes,
                             const struct suppressed *suppressed, uint32_t rule);

/* The first rule that is about blocks of these sites, if there is one. */
void report_kept(const struct screen *screen, const struct classes *classes,
                 const struct life_summary *summary);

/* A table of the rules that are about blocks. 0, or -1 when memory is out. */
int report_suppressions(const struct screen *screen, const struct classes *classes);

/* How much is hidden, and whose it is: a line each for runtimes and for a file, or none. */
void report_hidden(const struct screen *screen, const struct classes *classes);

#endif
