/*
 * report/text/phases.h - the phases of a process for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_PHASES_H
#define OUTLIVE_REPORT_TEXT_PHASES_H

#include "trace/phases.h"
#include "base/screen.h"
#include "trace_format.h"

/*
 * A paragraph in the head of a report: how long each phase was, and what was allocated in
 * it. Nothing where there is but one. The phases have their end and their counts.
 */
void report_phases(const struct screen *screen, const struct ring_header *header,
                   const struct phases *phases);

/* A line for each of them, for `outlive info`. */
void report_phases_whole(const struct screen *screen, const struct ring_header *header,
                         const struct phases *phases);

#endif
