/* report/json/go_heap.c - what Go's sampler has counted, for programs. */
#include "report/json/go_heap.h"

#include "report/json/call_path.h"
#include "trace/clock.h"
#include "verdict/go_names.h"

static void sum_json(struct json_writer *json, const struct go_heap_sum *sum)
{
	json_count(json, "objects", sum->objects);
	json_count(json, "bytes", sum->bytes);
	json_count(json, "freed_objects", sum->freed_objects);
	json_count(json, "freed_bytes", sum->freed_bytes);
	json_count(json, "in_use_objects", sum->in_use_objects);
	json_count(json, "in_use_bytes", sum->in_use_bytes);
	json_count(json, "dead_objects", sum->dead_objects);
	json_count(json, "dead_bytes", sum->dead_bytes);
}

static void path_json(struct json_writer *json, const struct profile *profile,
                      const struct go_heap_path *path)
{
	struct stack_name name;
	uint32_t i;

	json_object(json, NULL);
	json_count(json, "samples", path->samples);
	sum_json(json, &path->sum);
	json_string(json, "made_by", go_names_maker(profile, path));
	json_array(json, "frames");
	for (i = 0; i < path->count; i++) {
		name = go_names_frame(profile, path, i);
		call_path_frame_json(json, &name);
	}
	json_array_end(json);
	json_object_end(json);
}

void go_heap_json(struct json_writer *json, const struct profile *profile, uint64_t top)
{
	const struct go_heap *heap = &profile->go_heap;
	size_t i;

	if (!heap->is_known) {
		json_null(json, "go_heap");
		return;
	}
	json_object(json, "go_heap");
	json_count(json, "rate", heap->rate);
	json_bool(json, "estimated", heap->rate > 1);
	json_count(json, "time_ns", process_time_ns(&profile->process->header, heap->time));
	json_count(json, "age_ns", profile_go_heap_age_ns(profile));
	json_count(json, "collections", heap->collections);
	json_bool(json, "complete", !heap->is_cut && !heap->is_damaged);
	json_bool(json, "consistent", !heap->is_moved);
	sum_json(json, &heap->total);
	json_count(json, "path_count", heap->path_count);
	json_array(json, "paths");
	for (i = 0; i < heap->path_count && (!top || i < top); i++)
		path_json(json, profile, &heap->paths[i]);
	json_array_end(json);
	json_object_end(json);
}
