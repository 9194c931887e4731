/*
 * report/json/reporter.h - everything for programs; the keys are documented in
 * docs/man/outlive-report-json.5 and outlive-segments-json.5.
 */
#ifndef OUTLIVE_REPORT_JSON_REPORTER_H
#define OUTLIVE_REPORT_JSON_REPORTER_H

#include "report/reporter.h"

extern const struct reporter json_reporter;

/*
 * Into an object that is open, of which output->state is the json_writer. Of a profile: always
 * sites (the first settings->top by settings->sort) and threads; if grouped by function or
 * module also `groups`. The other processes of the reader are listed with their counts, for
 * which they are read.
 */
report_show json_show_profile, json_show_segments, json_show_timeline, json_show_info;

#endif
