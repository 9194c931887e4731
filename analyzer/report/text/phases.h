/*
 * report/text/phases.h - the phases of a process for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_PHASES_H
#define OUTLIVE_REPORT_TEXT_PHASES_H

#include "replay/profile.h"
#include "trace/phases.h"
#include "base/screen.h"
#include "trace_format.h"

/*
 * Print a paragraph in the head of a report: how long each phase took, and what was allocated
 * in it. Without what was allocated if filters are in force, as they do not narrow it.
 * Prints nothing if there is only one phase. They must have their ends and counts.
 */
void report_phases(const struct screen *screen, const struct profile *profile);

/* Print a line for each phase, for `outlive info`. */
void report_phases_whole(const struct screen *screen, const struct ring_header *header,
                         const struct phases *phases);

#endif
