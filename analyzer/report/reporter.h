/*
 * report/reporter.h - a format of output: which views it can show, and how it writes them.
 *
 * A new format is a folder beside report/text with one `const struct reporter NAME_reporter`,
 * and its entry in the table of commands/formats.c: --format, its help and its completion follow.
 */
#ifndef OUTLIVE_REPORT_REPORTER_H
#define OUTLIVE_REPORT_REPORTER_H

#include "report/settings.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What is shown; the view says which of these it needs. */
struct report_subject {
	enum report_view view;
	struct trace_reader *reader;   /* a recording: of profiles and INFO */
	const struct profile *profile; /* with its symbols, of one of its processes */
	const struct report_settings *settings;  /* of profiles */
	const struct segment_report *segments;   /* SEGMENTS */
	const struct segment_timeline *timeline; /* TIMELINE */
	const struct recording_info *info;       /* INFO */
};

/* Where it goes to. */
struct report_output {
	FILE *file;
	bool is_watched; /* the view is shown again and again */
	unsigned shown;  /* how often it was */
	void *state;     /* the reporter's own, from begin to end; zeroed */
};

typedef int report_show(struct report_output *output,
                        const struct report_subject *subject);

struct reporter {
	const char *name;    /* as --format takes it */
	const char *refusal; /* after the name of what it cannot show; NULL: shows all */
	/* Of rows: a bit for each way to group them that it has, the usual one, and how many. */
	unsigned groups;
	enum report_group group;
	uint64_t top, segments_top, times_top; /* 0: all */
	size_t state_bytes;
	void (*begin)(struct report_output *output, const struct report_subject *subject);
	/* By view; NULL: it cannot show that. 0; -1: memory is out; 1: there is no such thing. */
	report_show *show[REPORT_VIEWS];
	void (*end)(struct report_output *output);
};

/* Begin, show, end. As `show` returns. */
int reporter_show(const struct reporter *reporter, struct report_output *output,
                  const struct report_subject *subject);

#endif
