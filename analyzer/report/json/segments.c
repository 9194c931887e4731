/* report/json/segments.c - segments for programs. */
#include "base/json_writer.h"
#include "segments/oddities.h"
#include "report/json/go.h"
#include "report/json/process.h"
#include "report/json/reporter.h"
#include "report/segments.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* Write "rw-p", as /proc/PID/maps has it. */
static void access_text(char text[5], unsigned access)
{
	text[0] = access & MAPPING_READ ? 'r' : '-';
	text[1] = access & MAPPING_WRITE ? 'w' : '-';
	text[2] = access & MAPPING_EXECUTE ? 'x' : '-';
	text[3] = access & MAPPING_SHARED ? 's' : 'p';
	text[4] = 0;
}

/* Write an address as a string: in a JSON number many readers keep only 53 bits of it. */
static void address_json(struct json_writer *json, const char *key, uint64_t address)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	json_string(json, key, text);
}

/* Write a mapping. `name` is what the kernel shows, without the " (deleted)" at its end. */
static void map_json(struct json_writer *json, const struct segments *segments,
                     const struct segment_row *row)
{
	const struct mapping *mapping = &segments->maps.mappings[row->number];
	char access[5];

	access_text(access, mapping->access);
	address_json(json, "start", mapping->start);
	address_json(json, "end", mapping->end);
	json_string(json, "access", access);
	json_count(json, "offset", mapping->offset);
	json_string(json, "name", mapping->name);
	json_bool(json, "deleted", mapping->is_deleted);
	json_string(json, "segment", segment_key(row->segment));
}

/*
 * Write a module and the use of its four parts. The build ID is in hexadecimal; "" if none is
 * known.
 */
static void module_json(struct json_writer *json, const struct segments *segments,
                        const struct segment_row *row)
{
	const struct process_module *module = &segments->modules.modules[row->number];
	static const char *const parts[] = { "code", "rodata", "data", "bss" };
	char build_id[2 * BUILD_ID_BYTES_MAX + 1] = "";

	for (size_t i = 0; i < module->build_id_bytes; i++)
		sprintf(build_id + 2 * i, "%02x", module->build_id[i]);
	json_string(json, "path", module->path);
	json_string(json, "build_id", build_id);
	json_bool(json, "deleted", module->is_deleted);
	for (size_t i = 0; i < 4; i++)
		use_json_object(json, parts[i], &row->part[i]);
}

/*
 * Write a row of the group that was asked for; row->number is an index into the list of that
 * group. A thread is not `placed` if the mapping of its stack is not known.
 */
static void row_json(struct json_writer *json, const struct segment_report *report,
                     const struct segment_row *row)
{
	const struct segments *segments = report->segments;
	const struct process_thread *thread;

	json_object(json, NULL);
	if (report->group == SEGMENTS_BY_MAP) {
		map_json(json, segments, row);
	} else if (report->group == SEGMENTS_BY_MODULE) {
		module_json(json, segments, row);
	} else {
		thread = &segments->threads.threads[row->number];
		json_count(json, "tid", (uint64_t)thread->tid);
		json_string(json, "name", thread->name);
		json_bool(json, "placed", !row->is_unlocated);
	}
	use_json_object(json, "use", &row->use);
	json_object_end(json);
}

/*
 * Write symbols instead of rows, and how many smaller ones --top left out. `touched` is null
 * if it is not known which pages are resident: that is not the same as 0.
 */
static void symbols_json(struct json_writer *json, const struct segment_report *report)
{
	const struct segment_symbols *symbols = report->symbols;
	const struct segment_symbol *symbol;
	size_t i;

	json_array(json, "symbols");
	for (i = 0; i < symbols->count; i++) {
		symbol = &symbols->symbols[i];
		json_object(json, NULL);
		json_string(json, "name", symbol->name);
		json_string(json, "segment", segment_key(symbol->segment));
		json_string(json, "section", symbol->section);
		json_string(json, "module",
		            report->segments->modules.modules[symbol->module].path);
		json_string(json, "file", symbol->file ? symbol->file : "");
		address_json(json, "address", symbol->address);
		json_count(json, "size", symbol->size);
		if (symbol->resident == RESIDENT_UNKNOWN)
			json_null(json, "touched");
		else
			json_count(json, "touched", symbol->resident);
		json_object_end(json);
	}
	json_array_end(json);
	json_count(json, "left_out", symbols->left_out);
	json_count(json, "modules_without_symbols", symbols->nameless);
}

/*
 * Called for each unusual finding. The text may contain names from the process; the writer
 * escapes them.
 */
static void oddity_json(void *context, enum oddity oddity, uint64_t bytes,
                        const char *text)
{
	struct json_writer *json = context;

	json_object(json, NULL);
	json_string(json, "kind", oddity_key(oddity));
	json_count(json, "bytes", bytes);
	json_string(json, "text", text);
	json_object_end(json);
}

int json_show_segments(struct report_output *output,
                       const struct report_subject *subject)
{
	const struct segment_report *report = subject->segments;
	struct json_writer *json = output->state;
	static const char *const groups[] = { "segment", "module", "map", "thread" };
	/*
	 * by enum segment_group, both; segments have no list, as `segments` above holds all of
	 * them
	 */
	static const char *const lists[] = { NULL, "modules", "maps", "threads" };
	const struct segments *segments = report->segments;
	struct segment_rows rows;
	size_t i;

	if (segment_rows_make(&rows, segments, report->group))
		return -1;
	json_count(json, "pid", (uint64_t)segments->pid);
	json_string(json, "command", segments->command);
	json_string(json, "by",
	            report->symbols           ? "symbol"
	            : report->is_by_goroutine ? "goroutine"
	                                      : groups[report->group]);
	json_count(json, "time_s", (uint64_t)time(NULL));
	json_count(json, "mappings", segments->maps.count);
	use_json_object(json, "total", &segments->total);
	/* all of them, even those of size 0, and whatever the group: programs find every key */
	json_object(json, "segments");
	for (i = 0; i < SEGMENT_COUNT; i++)
		use_json_object(json, segment_key((enum segment)i), &segments->sums[i]);
	json_object_end(json);
	go_json(json, segments);
	if (report->symbols) {
		symbols_json(json, report);
	} else if (report->is_by_goroutine) {
		goroutines_json(json, segments, report->top);
	} else if (lists[report->group]) {
		json_array(json, lists[report->group]);
		for (i = 0; i < rows.count && (!report->top || i < report->top); i++)
			row_json(json, report, &rows.rows[i]);
		json_array_end(json);
		json_count(json, "left_out", rows.count - i);
	}
	json_array(json, "oddities");
	segment_oddities(segments, oddity_json, json);
	json_array_end(json);
	segment_rows_release(&rows);
	return 0;
}
