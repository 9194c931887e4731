/* report/json/sample.c - what a sample is, and the standard errors of estimates. */
#include "report/json/sample.h"

static void error_json(struct json_writer *json, const char *blocks, const char *bytes,
                       const struct sample_variance *variance)
{
	json_count(json, blocks, sample_error_blocks(variance));
	json_count(json, bytes, sample_error(variance->bytes));
}

void sample_row_json(struct json_writer *json, const struct profile *profile,
                     const struct report_row *row)
{
	if (!profile_is_sampled(profile))
		return;
	json_object_inline(json, "standard_error");
	error_json(json, "allocations", "bytes", &row->made);
	error_json(json, "live_blocks", "live_bytes", &row->live);
	json_object_end(json);
}

void sample_json(struct json_writer *json, const struct profile *profile)
{
	static const char *const left_out[] = {
		"temporary",
		"allocations_between",
		"youngest",
		"size_kind",
		"size_bound",
		"size_settled",
		"live_max_thread",
		"live_max_kind",
		"chains",
		"advice",
		"kept",
	};
	const struct sample *sample = &profile->replay.sample;
	size_t i;

	if (!profile_is_sampled(profile))
		return;
	json_object(json, "sample");
	json_count(json, "bytes", sample->mean_bytes);
	json_count(json, "blocks_seen", sample->seen);
	json_count(json, "lost_blocks", profile->process->header.lost[LOST_SAMPLES]);
	json_object_inline(json, "standard_error");
	error_json(json, "allocations", "bytes", &sample->made);
	error_json(json, "peak_blocks", "peak_bytes", &sample->peak);
	error_json(json, "live_blocks", "live_bytes", &sample->live);
	json_object_end(json);
	json_array_inline(json, "left_out");
	for (i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
		json_string(json, NULL, left_out[i]);
	json_array_end(json);
	json_object_end(json);
}
