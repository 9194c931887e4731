/* report/json/go_escapes.c - escapes with their cost, and C memory by line of Go, for programs. */
#include "report/json/go_escapes.h"

#include "base/json_writer.h"

#include <stdlib.h>
#include <string.h>

/* ---- Go's heap ----------------------------------------------------------------- */

static void objects_json(struct json_writer *json, const struct go_objects *objects)
{
	json_count(json, "objects", objects->objects);
	json_count(json, "bytes", objects->bytes);
	json_count(json, "in_use_objects", objects->in_use_objects);
	json_count(json, "in_use_bytes", objects->in_use_bytes);
	json_count(json, "dead_objects", objects->dead_objects);
	json_count(json, "dead_bytes", objects->dead_bytes);
}

/* Write the steps of an explanation. 0, or -1: memory is out. */
static int why_json(struct json_writer *json, const char *why)
{
	const char *end;
	char *step;

	json_array(json, "why");
	for (; *why; why = *end ? end + 1 : end) {
		end = why + strcspn(why, "\n");
		step = strndup(why, (size_t)(end - why));
		if (!step)
			return -1;
		json_string(json, NULL, step);
		free(step);
	}
	json_array_end(json);
	return 0;
}

static int line_json(struct json_writer *json, const struct escape_line *line)
{
	const struct go_escape *escape = line->escapes;

	json_object(json, NULL);
	json_string(json, "file", escape->file);
	json_count(json, "line", escape->line);
	objects_json(json, &line->cost);
	json_array(json, "escapes");
	for (; escape < line->escapes + line->count; escape++) {
		json_object(json, NULL);
		json_string(json, "what", escape->what);
		json_string(json, "function", escape->function);
		json_count(json, "column", escape->column);
		json_bool(json, "moved", escape->is_moved);
		if (why_json(json, escape->why))
			return -1;
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
	return 0;
}

static int lines_json(struct json_writer *json, const struct go_escape_report *report)
{
	const struct escape_lines *lines = report->lines;
	size_t i;

	if (!lines) {
		json_null(json, "compiler");
		return 0;
	}
	json_object(json, "compiler");
	json_count(json, "line_count", lines->count);
	json_count(json, "lines_with_objects", report->used);
	json_object_inline(json, "of_these_lines");
	objects_json(json, &lines->matched);
	json_object_end(json);
	json_object_inline(json, "of_other_lines");
	objects_json(json, &lines->others);
	json_object_end(json);
	json_array(json, "lines");
	for (i = 0; i < lines->count && (!report->top || i < report->top); i++) {
		if (line_json(json, &lines->lines[i]))
			return -1;
	}
	json_array_end(json);
	json_object_end(json);
	return 0;
}

/* ---- C's memory ----------------------------------------------------------------- */

static void owners_json(struct json_writer *json, const struct classes *classes,
                        const struct ranking *owners)
{
	const struct function *function;
	size_t i;

	json_array(json, "owners");
	for (i = 0; i < owners->count; i++) {
		function = &classes->functions.functions[owners->ranks[i].key];
		json_object_inline(json, NULL);
		json_string(json, "function", function->name);
		json_count(json, "blocks", owners->ranks[i].blocks);
		json_count(json, "bytes", owners->ranks[i].bytes);
		json_object_end(json);
	}
	json_array_end(json);
}

static void c_line_json(struct json_writer *json, const struct classes *classes,
                        const struct go_line *line)
{
	const struct class_counts *counts = &line->summary.counts;
	const struct class_share *shares = counts->shares;

	json_object(json, NULL);
	json_string(json, "function", line->name.function);
	json_string(json, "file", line->name.file);
	json_count(json, "line", line->name.line);
	json_count(json, "bytes", line->summary.bytes);
	json_count(json, "blocks", counts->blocks);
	json_count(json, "not_freed_bytes",
	           shares[CLASS_LIVE].bytes + shares[CLASS_STATIC].bytes);
	json_count(json, "freed_within_call", line->in_call);
	json_count(json, "passed_up_0", line->here);
	json_count(json, "passed_up", line->passed_up);
	json_count(json, "crossed", shares[CLASS_CROSSED].blocks);
	json_count(json, "kept_once", shares[CLASS_STATIC].blocks);
	json_count(json, "never_freed", shares[CLASS_LIVE].blocks);
	json_count(json, "unknown", line->unknown + counts->unknown.blocks);
	owners_json(json, classes, &line->owners);
	json_object_end(json);
}

static void c_json(struct json_writer *json, const struct go_escape_report *report)
{
	const struct go_lines *lines = report->c_lines;
	size_t i;

	json_object(json, "c");
	json_count(json, "line_count", lines->count);
	json_count(json, "other_blocks", lines->other_blocks);
	json_count(json, "other_bytes", lines->other_bytes);
	json_array(json, "lines");
	for (i = 0; i < lines->count && (!report->top || i < report->top); i++)
		c_line_json(json, report->classes, &lines->lines[i]);
	json_array_end(json);
	json_object_end(json);
}

int go_escapes_json(FILE *file, const struct go_escape_report *report)
{
	struct json_writer json = json_writer_of(file);

	json_object(&json, NULL);
	json_string(&json, "schema", "outlive-go-escape/1");
	if (report->has_go_heap) {
		json_object_inline(&json, "go_heap");
		json_count(&json, "rate", report->rate);
		json_bool(&json, "estimated", report->rate > 1);
		json_object_end(&json);
	} else {
		json_null(&json, "go_heap");
	}
	if (lines_json(&json, report))
		return -1;
	c_json(&json, report);
	json_object_end(&json);
	return 0;
}
