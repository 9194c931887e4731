/*
 * report/json/report.h - a profile for programs; its keys are documented in
 * docs/man/outlive-report-json.5.
 */
#ifndef OUTLIVE_REPORT_JSON_REPORT_H
#define OUTLIVE_REPORT_JSON_REPORT_H

#include "replay/profile.h"
#include "report/rows.h"

#include <stdio.h>

#define REPORT_JSON_SCHEMA "outlive-report/1"

/*
 * Print it: always sites (the first settings->top by settings->sort) and threads; if
 * grouped by function or module also `groups`. The other processes of the reader are
 * listed with their counts, for which they are read. 0, or -1 when memory is out.
 */
int report_json(struct trace_reader *reader, const struct profile *profile,
                const struct report_settings *settings, FILE *file);

#endif
