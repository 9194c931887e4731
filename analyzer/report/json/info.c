/* report/json/info.c - what a recording holds, for programs. */
#include "report/info.h"

#include "base/json_writer.h"
#include "report/json/process.h"
#include "report/json/reporter.h"

#include <string.h>

/*
 * Write what the recording holds, process by process, and the problems that reading it met.
 * `bytes` is the size of the file. Of many problems only the first PROBLEMS_KEPT have
 * messages; problem_count counts all of them. A message that memory was out for is NULL and
 * left out.
 */
int json_show_info(struct report_output *output, const struct report_subject *subject)
{
	const struct recording_info *info = subject->info;
	struct json_writer *json = output->state;
	struct trace_reader *reader = info->reader;
	const struct problem_list *problems = trace_reader_problems(reader);
	size_t i;

	json_string(json, "recording", basename(trace_reader_name(reader)));
	json_string(json, "kind", trace_reader_is_trace(reader) ? "trace" : "ring");
	json_bool(json, "complete", recording_is_complete(info));
	incomplete_json(json, reader);
	json_count(json, "bytes", trace_reader_bytes(reader));
	json_count(json, "rings_taken", trace_reader_rings_taken(reader));
	json_array(json, "processes");
	for (i = 0; i < trace_reader_process_count(reader); i++) {
		json_object(json, NULL);
		process_json(json, trace_reader_process(reader, i), &info->counts[i]);
		json_count(json, "segment_samples", info->segments[i].read);
		json_count(json, "segment_samples_refused", info->segments[i].refused);
		json_count(json, "segment_sizes", info->segments[i].sizes);
		phases_json(json, &trace_reader_process(reader, i)->header, info->phases[i]);
		json_object_end(json);
	}
	json_array_end(json);
	json_count(json, "problem_count", problems->count);
	json_array(json, "problems");
	for (i = 0; i < problems->count && i < PROBLEMS_KEPT; i++) {
		if (problems->messages[i])
			json_string(json, NULL, problems->messages[i]);
	}
	json_array_end(json);
	return 0;
}
