/*
 * report/csv/reporter.h - tables for spreadsheets and scripts: call paths, segments.
 */
#ifndef OUTLIVE_REPORT_CSV_REPORTER_H
#define OUTLIVE_REPORT_CSV_REPORTER_H

#include "report/reporter.h"

extern const struct reporter csv_reporter;

/*
 * A line of titles, then a line for each call path or segment, or for each segment at each
 * time.
 */
report_show csv_show_paths, csv_show_mappings, csv_show_segments, csv_show_timeline;

#endif
