/*
 * report_settings.h - what a report is asked for. Layer 0.
 */
#ifndef OUTLIVE_REPORT_SETTINGS_H
#define OUTLIVE_REPORT_SETTINGS_H

#include <stdint.h>

enum report_group {
	REPORT_BY_SITE,     /* a call path */
	REPORT_BY_FUNCTION, /* the innermost that does not just allocate for its caller */
	REPORT_BY_MODULE,   /* of that function */
	REPORT_BY_THREAD,   /* that allocated */
};

enum report_sort {
	REPORT_SORT_BYTES,
	REPORT_SORT_CALLS,
	REPORT_SORT_PEAK,
	REPORT_SORT_LIVE,
};

struct report_settings {
	enum report_group group;
	enum report_sort sort;
	uint64_t top; /* rows; 0: all */
};

#endif
