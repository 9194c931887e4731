/* report/completeness.h - what a recording that has no end is: cut short, or not ended yet. */
#ifndef OUTLIVE_REPORT_COMPLETENESS_H
#define OUTLIVE_REPORT_COMPLETENESS_H

#include "base/text.h"
#include "trace/reader.h"

/*
 * Append "was cut short; only what was written before is shown" or the like, with the name of a
 * directory as it is; nothing if nothing is missing, as of a ring, which never gets an end. 0, or
 * -1: memory is out.
 */
int completeness_text(struct text *text, const struct trace_reader *reader);

#endif
