/*
 * report/settings.h - what a report is to show.
 */
#ifndef OUTLIVE_REPORT_SETTINGS_H
#define OUTLIVE_REPORT_SETTINGS_H

#include "verdict/classes.h"
#include "verdict/kinds.h"

#include <stdint.h>

struct block_filter;
struct block_history;
struct why_several;

enum report_group {
	REPORT_BY_PATH,     /* a call path */
	REPORT_BY_FUNCTION, /* the innermost function that is no wrapper */
	REPORT_BY_MODULE,   /* the module of that function */
	REPORT_BY_THREAD,   /* the thread that allocated */
	REPORT_BY_OWNER,    /* the function to whose frame blocks belonged */
	REPORT_BY_LABEL,    /* the pprof labels of the goroutine that allocated */
};

enum report_sort {
	REPORT_SORT_BYTES,
	REPORT_SORT_CALLS,
	REPORT_SORT_PEAK,
	REPORT_SORT_LIVE,
};

/* What is shown, and the settings that only some views use, besides group, sort and top. */
enum report_view {
	/* of the profile of a process */
	REPORT_OVERVIEW, /* the default screen; ignores group, sort and top */
	REPORT_ROWS,
	REPORT_CLASS,  /* rows that have blocks of one class: `class` */
	REPORT_STACKS, /* how deep the stacks went */
	/* who mapped memory; by call path or, for any other group, by call site */
	REPORT_MAPPINGS,
	REPORT_ADVICE,  /* all advice, the most useful first */
	REPORT_KEPT,    /* what malloc keeps though it is free */
	REPORT_WHY,     /* everything about a call path or a function: `why` */
	REPORT_EXPLAIN, /* the history of single blocks */
	/* of segments */
	REPORT_SEGMENTS, /* of a running process */
	REPORT_TIMELINE, /* of a recorded process, over time */
	/* of a whole recording */
	REPORT_INFO,
	REPORT_VIEWS,
};

struct report_settings {
	enum report_view view;
	enum report_group group;
	enum report_sort sort;
	/* what is missing of the recording, as completeness_text() has it; NULL: nothing */
	const char *incomplete;
	bool is_full;         /* the overview is not shortened to fit a screen */
	uint64_t top;         /* number of rows; 0: all */
	enum verdict class;   /* a class, or suppressed, inferred, open, unknown */
	enum block_kind kind; /* only the blocks of this kind of the class; KIND_ALL: all */
	const char *why;      /* the number of a call path, or the name of a function */
	/* receives the list of what `why` may mean, if that is not clear */
	struct why_several *several;
	const struct block_history *history;
	const struct block_filter *filter; /* which blocks are counted; NULL: all */
	struct class_options classes;      /* how blocks are classified */
};

#endif
