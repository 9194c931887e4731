/* report/json/alive.c - what is alive, whenever it was born, in JSON. */
#include "report/json/alive.h"

#include "report/json/call_path.h"
#include "trace/clock.h"
#include "verdict/alive_names.h"

static uint64_t rounded(double value)
{
	return value < 1e18 ? (uint64_t)(value + 0.5) : (uint64_t)1e18;
}

static void sums_json(struct json_writer *json, const struct profile *profile,
                      const struct alive_path *path)
{
	const struct alive_sum *live = &path->live, *before = &path->before;

	json_count(json, "live_blocks", rounded(live->blocks));
	json_count(json, "live_bytes", rounded(live->bytes));
	json_count(json, "before_blocks", rounded(before->blocks));
	json_count(json, "before_bytes", rounded(before->bytes));
	json_count(json, "born_blocks", rounded(path->born_blocks));
	json_count(json, "born_bytes", rounded(path->born_bytes));
	json_count(json, "live_seen", live->seen);
	json_count(json, "born_seen", path->births);
	json_object_inline(json, "standard_error");
	json_count(json, "live_blocks", sample_error_blocks(&live->variance));
	json_count(json, "live_bytes", sample_error(live->variance.bytes));
	json_count(json, "before_blocks", sample_error_blocks(&before->variance));
	json_count(json, "before_bytes", sample_error(before->variance.bytes));
	json_object_end(json);
	if (live->seen)
		json_count(json, "oldest_ns",
		           process_time_ns(&profile->process->header, path->time_oldest));
	else
		json_null(json, "oldest_ns");
}

/* 0, or -1: no memory. */
static int path_json(struct json_writer *json, const struct profile *profile,
                     const struct alive_path *path)
{
	struct stack_names scratch = { NULL, 0, 0 };
	int first = alive_names_first(&scratch, profile, path), result = first < 0 ? -1 : 0;
	struct stack_name name;
	uint32_t i;

	json_object(json, NULL);
	sums_json(json, profile, path);
	json_bool(json, "known", path->count != 0);
	json_count(json, "frames_left_out", path->left_out);
	json_count(json, "first", first > 0 ? (uint64_t)first : 0);
	json_array(json, "frames");
	for (i = 0; i < path->count && !result; i++) {
		result = alive_names_call(&name, &scratch, profile, path, i);
		if (result)
			break;
		call_path_frame_json(json, &name);
	}
	json_array_end(json);
	json_object_end(json);
	stack_names_release(&scratch);
	return result;
}

int alive_json(struct json_writer *json, const struct profile *profile, uint64_t top)
{
	const struct alive *alive = &profile->alive;
	size_t i;
	int result = 0;

	if (!alive->is_known) {
		json_null(json, "alive");
		return 0;
	}
	json_object(json, "alive");
	json_count(json, "sample_bytes", alive->mean_bytes);
	json_bool(json, "overwritten", alive->is_window_cut);
	json_count(json, "window_ns",
	           process_time_ns(&profile->process->header, alive->window_time));
	json_count(json, "unplaced", alive->unplaced);
	json_count(json, "damaged", alive->damaged);
	sums_json(json, profile, &alive->total);
	json_count(json, "path_count", alive->path_count);
	json_array(json, "paths");
	for (i = 0; i < alive->path_count && (!top || i < top) && !result; i++)
		result = path_json(json, profile, &alive->paths[i]);
	json_array_end(json);
	json_object_end(json);
	return result;
}
