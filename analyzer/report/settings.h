/*
 * report/settings.h - what a report is asked for.
 */
#ifndef OUTLIVE_REPORT_SETTINGS_H
#define OUTLIVE_REPORT_SETTINGS_H

#include "verdict/class_options.h"

#include <stdbool.h>
#include <stddef.h>
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

struct report_settings {
	enum report_group group;
	enum report_sort sort;
	uint64_t top;          /* rows; 0: all */
	bool is_overview;      /* the default screen, whatever group, sort and top are */
	unsigned class_number; /* only blocks of this class: 1 + enum life_class; 0: all */
	struct why_several *several; /* where is listed what `why` means, if not one */
	const char *why; /* NULL, or the number of a site, or the name of a function */
	bool is_stacks;  /* how deep the stacks went */
	const struct block_story *story; /* NULL, or single blocks to tell about */
	struct class_options classes;    /* how blocks are judged */
};

#endif
