/* report/json/reporter.c - the views of JSON, and the beginning and end of the document. */
#include "report/json/reporter.h"

#include "base/json_writer.h"

/*
 * The name and version of each kind of document. Adding a key keeps the version; a program
 * that reads one must ignore keys that it does not know.
 */
static const char *const schemas[REPORT_VIEWS] = {
	[REPORT_OVERVIEW... REPORT_EXPLAIN] = "outlive-report/1",
	[REPORT_SEGMENTS] = "outlive-segments-1",
	[REPORT_TIMELINE] = "outlive-segments-trace-1",
	[REPORT_INFO] = "outlive-info/1",
};

/* Open the document. The view writes into the object that is open, and the end closes it. */
static void json_begin_view(struct report_output *output,
                            const struct report_subject *subject)
{
	struct json_writer *json = output->state;

	*json = json_writer_of(output->file);
	json_object(json, NULL);
	json_string(json, "schema", schemas[subject->view]);
}

static void json_end_view(struct report_output *output)
{
	json_object_end(output->state);
}

const struct reporter json_reporter = {
	.name = "json",
	.refusal = "is for people; in JSON every call path has its evidence",
	/* all groupings: the document always has the call paths, and the groups besides */
	.groups = ~0u,
	.group = REPORT_BY_PATH,
	/* how many rows of each list there are, unless --top says otherwise */
	.top = 1000,
	.state_bytes = sizeof(struct json_writer),
	.begin = json_begin_view,
	.show = {
		/* one document contains all of them */
		[REPORT_OVERVIEW] = json_show_profile,
		[REPORT_ROWS] = json_show_profile,
		[REPORT_CLASS] = json_show_profile,
		[REPORT_STACKS] = json_show_profile,
		[REPORT_KEPT] = json_show_profile,
		[REPORT_MAPPINGS] = json_show_profile,
		[REPORT_SEGMENTS] = json_show_segments,
		[REPORT_TIMELINE] = json_show_timeline,
		[REPORT_INFO] = json_show_info,
	},
	.end = json_end_view,
};
