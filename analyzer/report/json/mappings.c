/* report/json/mappings.c - what mapped memory, for programs. */
#include "report/json/mappings.h"

#include "report/json/call_path.h"
#include "report/mapping_rows.h"
#include "report/why_memory.h"
#include "trace/clock.h"
#include "verdict/unseen_allocators.h"

static void use_json_mapped(struct json_writer *json, const char *key,
                            const struct mapping_use *use)
{
	json_object_inline(json, key);
	json_count(json, "bytes", use->bytes);
	json_count(json, "writable", use->writable);
	if (use->unsure) {
		json_null(json, "resident");
		json_null(json, "other");
	} else {
		json_count(json, "resident", use->resident);
		json_count(json, "other", use->other);
	}
	json_object_end(json);
}

static void totals_json(struct json_writer *json, const struct profile *profile)
{
	const struct mapping_totals *totals = &profile->replay.mappings.totals;

	json_count(json, "calls", totals->calls);
	json_count(json, "remaps", totals->remaps);
	json_count(json, "unmaps", totals->unmaps);
	json_count(json, "failed", totals->failed);
	json_count(json, "bytes", totals->bytes);
	json_count(json, "ended_bytes", totals->ended);
	json_count(json, "unknown_bytes", totals->unknown);
	json_count(json, "live_bytes", totals->bytes - totals->ended);
	json_count(json, "peak_bytes", totals->most);
	json_count(json, "peak_ns",
	           totals->most
	               ? process_time_ns(&profile->process->header, totals->most_time)
	               : 0);
	use_json_mapped(json, "largest", &totals->highest);
	use_json_mapped(json, "last", &totals->last);
}

/* After an error its object stays open: the document is given up. */
static int row_json(struct json_writer *json, const struct profile *profile,
                    const struct mapping_row *row, struct stack_names *stack)
{
	const struct mapping_path *sums = &row->sums;
	char why[WHY_MEMORY_BYTES];

	json_object(json, NULL);
	json_count(json, "number", row->number);
	json_string(json, "why", why_mapping_text(why, row->number));
	json_string(json, "function", row->name.function);
	json_string(json, "file", row->name.file);
	json_count(json, "line", row->name.line);
	json_bool(json, "mine", row->is_mine);
	json_count(json, "calls", sums->calls);
	json_count(json, "remaps", sums->remaps);
	json_count(json, "failed", sums->failed);
	json_count(json, "bytes", sums->bytes);
	json_count(json, "ended_bytes", sums->ended);
	json_count(json, "live_bytes", mapping_row_left(row));
	json_count(json, "peak_bytes", sums->most);
	json_count(json, "anonymous_bytes", sums->anonymous);
	json_count(json, "reserved_bytes", sums->reserved);
	json_count(json, "unmaps", sums->unmaps);
	json_count(json, "unmapped_bytes", sums->unmapped);
	json_string(json, "mapped_file", profile->replay.mappings.files[sums->file]);
	json_bool(json, "more_files", sums->has_more_files);
	use_json_mapped(json, "largest", &sums->highest);
	use_json_mapped(json, "last", &sums->last);
	if (call_path_frames_json(json, profile, row->node, stack))
		return -1;
	json_object_end(json);
	return 0;
}

static void allocators_json(struct json_writer *json, const struct classes *classes)
{
	struct unseen_allocators found;
	char why[WHY_MEMORY_BYTES];
	size_t i;

	unseen_allocators_find(&found, classes);
	json_array(json, "unseen_allocators");
	for (i = 0; i < found.count; i++) {
		json_object_inline(json, NULL);
		json_string(json, "name", found.items[i].name);
		json_string(
			json, "module",
			address_map_module(classes->profile->map, found.items[i].module)->path);
		json_count(json, "bytes", found.items[i].bytes);
		json_string(json, "why", why_mapping_text(why, found.items[i].path));
		json_object_end(json);
	}
	json_array_end(json);
}

int mappings_json(struct json_writer *json, const struct classes *classes, uint64_t top)
{
	struct stack_names stack = { NULL, 0, 0 };
	struct mapping_rows rows;
	int result = mapping_rows_make(&rows, classes, true);
	size_t i;

	json_object(json, "mappings");
	totals_json(json, classes->profile);
	allocators_json(json, classes);
	json_count(json, "path_count", rows.count);
	json_array(json, "paths");
	for (i = 0; i < rows.count && !result && (!top || i < top); i++)
		result = row_json(json, classes->profile, &rows.rows[i], &stack);
	json_array_end(json);
	json_object_end(json);
	stack_names_release(&stack);
	mapping_rows_release(&rows);
	return result;
}
