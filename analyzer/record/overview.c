/* record/overview.c - the overview of a trace that has just been written. */
#include "record/overview.h"

#include "base/error.h"
#include "report/text/reporter.h"

#include <stdio.h>

void overview_print(struct trace_reader *reader, const struct profile *profile,
                    const char *trace)
{
	const struct report_settings settings = { .view = REPORT_OVERVIEW };
	const struct report_subject subject = { .view = settings.view,
		                                    .reader = reader,
		                                    .profile = profile,
		                                    .settings = &settings };
	struct report_output output = { .file = stderr };

	if (reporter_show(&text_reporter, &output, &subject) < 0)
		warning("out of memory for the report: 'outlive report %s' shows it where more "
		        "is allowed",
		        trace);
}
