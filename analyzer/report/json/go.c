/* report/json/go.c - Go's heap and stacks for programs. */
#include "report/json/go.h"

static void count_or_null(struct json_writer *json, const char *key, bool is_known,
                          uint64_t count)
{
	if (is_known)
		json_count(json, key, count);
	else
		json_null(json, key);
}

static void stacks_json(struct json_writer *json, const char *key,
                        const struct go_stack_sum *sum, bool has_depth)
{
	json_object_inline(json, key);
	json_count(json, "count", sum->count);
	json_count(json, "committed", sum->bytes);
	if (has_depth)
		json_count(json, "depth", sum->depth);
	json_object_end(json);
}

/* Names as in runtime.MemStats. What the spans add up to is what the segments have. */
static void counters_json(struct json_writer *json, const struct go_memory *go)
{
	const struct go_counters *counters = &go->counters;
	bool is_known = go->has_counters;

	count_or_null(json, "heap_inuse", is_known, counters->heap_in_use);
	count_or_null(json, "heap_idle", is_known, counters->heap_idle);
	count_or_null(json, "heap_released", is_known, counters->heap_released);
	count_or_null(json, "heap_sys", is_known, counters->heap_sys);
	count_or_null(json, "stack_inuse", is_known, counters->stack_in_use);
	if (!go->has_spans) {
		json_null(json, "spans");
		return;
	}
	json_object_inline(json, "spans");
	json_count(json, "count", go->spans.spans);
	json_count(json, "heap", go->spans.heap);
	json_count(json, "stack", go->spans.stack);
	json_count(json, "other", go->spans.work);
	json_count(json, "odd", go->spans.odd);
	json_object_end(json);
}

void go_json(struct json_writer *json, const struct segments *segments)
{
	const struct go_memory *go = segments->go.memories;
	const struct goroutines *goroutines;

	json_array(json, "go");
	for (; go < segments->go.memories + segments->go.count; go++) {
		goroutines = &go->goroutines;
		json_object(json, NULL);
		json_string(json, "module", segments->modules.modules[go->module].path);
		json_string(json, "version", go->runtime.version);
		counters_json(json, go);
		json_bool(json, "exact", go->is_exact);
		if (!goroutines->is_known) {
			json_null(json, "stacks");
			json_object_end(json);
			continue;
		}
		json_object(json, "stacks");
		stacks_json(json, "goroutines", &goroutines->users, true);
		stacks_json(json, "own_goroutines", &goroutines->own, true);
		stacks_json(json, "ended_goroutines", &goroutines->dead, false);
		stacks_json(json, "system", &goroutines->system, false);
		stacks_json(json, "signal", &goroutines->signal, false);
		json_count(json, "system_of_os", goroutines->os_system);
		json_count(json, "running", goroutines->unseen);
		json_count(json, "odd", goroutines->odd);
		json_object_end(json);
		json_object_end(json);
	}
	json_array_end(json);
}

/* From the function that it began with to where it waits; empty if that is not known. */
static void path_json(struct json_writer *json, const struct goroutine_path *path)
{
	json_array(json, "deepest_path");
	for (size_t i = path->count; i-- > 0;) {
		json_object_inline(json, NULL);
		json_string(json, "function", path->entries[i].name);
		json_count(json, "frames", path->entries[i].frames);
		json_object_end(json);
	}
	json_array_end(json);
	json_count(json, "deepest_path_left_out", path->left_out);
}

static void row_json(struct json_writer *json, const char *module,
                     const struct goroutine_row *row)
{
	json_object(json, NULL);
	json_string(json, "start", row->name);
	json_string(json, "module", module);
	json_bool(json, "own", row->is_own);
	json_count(json, "goroutines", row->count);
	json_count(json, "running", row->unseen);
	json_count(json, "depth", row->depth);
	json_count(json, "committed", row->committed);
	json_count(json, "deepest", row->deepest);
	json_count(json, "deepest_committed", row->deepest_committed);
	json_count(json, "deepest_goid", row->goid);
	path_json(json, &row->path);
	json_object_end(json);
}

void goroutines_json(struct json_writer *json, const struct segments *segments,
                     uint64_t top)
{
	const struct go_memory *go = segments->go.memories;
	uint64_t left_out = 0, shown = 0;

	json_array(json, "goroutines");
	for (; go < segments->go.memories + segments->go.count; go++) {
		for (size_t i = 0; i < go->goroutines.count; i++) {
			if (top && shown == top) {
				left_out++;
				continue;
			}
			shown++;
			row_json(json, segments->modules.modules[go->module].path,
			         &go->goroutines.rows[i]);
		}
	}
	json_array_end(json);
	json_count(json, "left_out", left_out);
}
