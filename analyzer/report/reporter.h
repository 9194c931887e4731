/*
 * report/reporter.h - an output format: which views it can show, and how it writes them.
 *
 * A new format is a folder beside report/text with one `const struct reporter NAME_reporter`,
 * and its entry in the table of commands/formats.c. The option --format, its help and its
 * completion follow.
 */
#ifndef OUTLIVE_REPORT_REPORTER_H
#define OUTLIVE_REPORT_REPORTER_H

#include "report/settings.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The data to show; the view decides which members it needs. */
struct report_subject {
	enum report_view view;
	struct trace_reader *reader; /* a recording: for views of profiles, and for INFO */
	const struct profile *profile; /* of one of its processes, with its symbols */
	const struct report_settings *settings;  /* for views of profiles */
	const struct segment_report *segments;   /* for SEGMENTS */
	const struct segment_timeline *timeline; /* for TIMELINE */
	const struct recording_info *info;       /* for INFO */
};

/* Where the output goes. */
struct report_output {
	FILE *file;
	bool is_watched; /* the view is shown again and again */
	unsigned shown;  /* how often it was shown so far */
	void *state;     /* the reporter's own data, from begin to end; zeroed */
};

typedef int report_show(struct report_output *output,
                        const struct report_subject *subject);

struct reporter {
	const char *name; /* its name for --format */
	/* completes the message for a view it cannot show; NULL: it shows all */
	const char *refusal;
	/*
	 * For rows: a bit for each grouping it supports, the default one, and the default
	 * number of rows.
	 */
	unsigned groups;
	enum report_group group;
	uint64_t top, segments_top, times_top; /* 0: all */
	size_t state_bytes;
	void (*begin)(struct report_output *output, const struct report_subject *subject);
	/*
	 * By view; NULL: the format cannot show the view. Returns 0; -1: memory is out; 1: what
	 * was asked for does not exist.
	 */
	report_show *show[REPORT_VIEWS];
	void (*end)(struct report_output *output);
};

/* Call begin, show and end. Returns what `show` returns. */
int reporter_show(const struct reporter *reporter, struct report_output *output,
                  const struct report_subject *subject);

#endif
