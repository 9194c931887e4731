/* report/csv/reporter.c - the views of CSV. */
#include "report/csv/reporter.h"

const struct reporter csv_reporter = {
	.name = "csv",
	.refusal = "is not in CSV, which has call paths and mappings only",
	.groups = 1u << REPORT_BY_PATH,
	.group = REPORT_BY_PATH,
	.show = {
		[REPORT_OVERVIEW] = csv_show_paths,
		[REPORT_ROWS] = csv_show_paths,
		[REPORT_CLASS] = csv_show_paths,
		[REPORT_MAPPINGS] = csv_show_mappings,
		[REPORT_SEGMENTS] = csv_show_segments,
		[REPORT_TIMELINE] = csv_show_timeline,
	},
};
