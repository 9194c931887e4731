/*
 * report/json/reporter.h - everything for programs; the keys are documented in
 * docs/man/outlive-report-json.5 and outlive-segments-json.5.
 */
#ifndef OUTLIVE_REPORT_JSON_REPORTER_H
#define OUTLIVE_REPORT_JSON_REPORTER_H

#include "report/reporter.h"

extern const struct reporter json_reporter;

/*
 * Writes into an open object; output->state is the json_writer. A profile always has `sites`
 * (the first settings->top by settings->sort) and `threads`, and `groups` if grouped by
 * function or module. The reader's other processes are listed with their counts, which means
 * reading their chunks.
 */
report_show json_show_profile, json_show_segments, json_show_timeline, json_show_info;

#endif
