/*
 * report/settings.h - what a report is asked for.
 */
#ifndef OUTLIVE_REPORT_SETTINGS_H
#define OUTLIVE_REPORT_SETTINGS_H

#include "verdict/classes.h"

#include <stdint.h>

struct block_story;
struct why_several;

enum report_group {
	REPORT_BY_SITE,     /* a call path */
	REPORT_BY_FUNCTION, /* the innermost that is not peeled off */
	REPORT_BY_MODULE,   /* of that function */
	REPORT_BY_THREAD,   /* that allocated */
	REPORT_BY_OWNER,    /* whose frame blocks belonged to */
};

enum report_sort {
	REPORT_SORT_BYTES,
	REPORT_SORT_CALLS,
	REPORT_SORT_PEAK,
	REPORT_SORT_LIVE,
};

/* What is shown, and what says more of it than group, sort and top. */
enum report_view {
	/* of a process's profile */
	REPORT_OVERVIEW, /* the default screen, whatever group, sort and top are */
	REPORT_ROWS,
	REPORT_CLASS,   /* rows of the blocks of one class: `class` */
	REPORT_STACKS,  /* how deep they went */
	REPORT_WHY,     /* a site or a function whole: `why` */
	REPORT_EXPLAIN, /* the history of single blocks */
	/* of segments */
	REPORT_SEGMENTS, /* of a process that runs */
	REPORT_TIMELINE, /* of a recorded one, over time */
	/* of a recording */
	REPORT_INFO,
	REPORT_VIEWS,
};

struct report_settings {
	enum report_view view;
	enum report_group group;
	enum report_sort sort;
	uint64_t top; /* rows; 0: all */
	enum life_class class;
	const char *why;             /* the number of a site, or the name of a function */
	struct why_several *several; /* where is listed what `why` means, if not one */
	const struct block_story *story;
	struct class_options classes; /* how blocks are classified */
};

#endif
