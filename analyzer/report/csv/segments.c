/* report/csv/segments.c - segments as a table. */
#include "report/csv/reporter.h"
#include "report/csv/writer.h"
#include "report/segments.h"

#include <inttypes.h>

/*
 * Write a line of sizes in bytes. `segment` is one of our own keys, or "" for a row that
 * belongs to no single segment; only the name may come from the process, so only the name is
 * quoted.
 */
static void csv_row(FILE *file, const char *name, const char *segment,
                    const struct memory_use *use)
{
	csv_string(file, name);
	fprintf(file, ",%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\r\n",
	        segment, use->size, use->rss, use->pss, use->private_dirty, use->swap);
}

/*
 * Names, modules and files come from ELF files and their debug information, so they are quoted.
 * An empty cell in `touched`: not known, which is different from 0.
 */
static void symbols_csv(const struct segment_report *report, FILE *file)
{
	const struct segment_symbol *symbol;
	size_t i;

	fprintf(file, "name,segment,section,module,file,address,size,touched\r\n");
	for (i = 0; i < report->symbols->count; i++) {
		symbol = &report->symbols->symbols[i];
		csv_string(file, symbol->name);
		fprintf(file, ",%s,", segment_key(symbol->segment));
		csv_string(file, symbol->section);
		fputc(',', file);
		csv_string(file, report->segments->modules.modules[symbol->module].path);
		fputc(',', file);
		csv_string(file, symbol->file ? symbol->file : "");
		fprintf(file, ",0x%" PRIx64 ",%" PRIu64 ",", symbol->address, symbol->size);
		if (symbol->resident != RESIDENT_UNKNOWN)
			fprintf(file, "%" PRIu64, symbol->resident);
		fputs("\r\n", file);
	}
}

/* One row for each function that goroutines began with. */
static void goroutines_csv(const struct segment_report *report, FILE *file)
{
	const struct go_memory *go = report->segments->go.memories;
	const struct goroutine_row *row;
	uint64_t shown = 0;

	fprintf(file, "start,module,goroutines,running,depth,committed,deepest\r\n");
	for (; go < report->segments->go.memories + report->segments->go.count; go++) {
		for (row = go->goroutines.rows;
		     row < go->goroutines.rows + go->goroutines.count &&
		     (!report->top || shown < report->top);
		     row++, shown++) {
			csv_string(file, row->name);
			fputc(',', file);
			csv_string(file, report->segments->modules.modules[go->module].path);
			fprintf(file,
			        ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\r\n",
			        row->count, row->unseen, row->depth, row->committed, row->deepest);
		}
	}
}

int csv_show_segments(struct report_output *output,
                      const struct report_subject *subject)
{
	const struct segment_report *report = subject->segments;
	const struct segments *segments = report->segments;
	FILE *file = output->file;
	struct segment_rows rows;
	const struct mapping *mapping;
	char name[640];
	size_t i;

	if (report->symbols) {
		symbols_csv(report, file);
		return 0;
	}
	if (report->is_by_goroutine) {
		goroutines_csv(report, file);
		return 0;
	}
	if (segment_rows_make(&rows, segments, report->group))
		return -1;
	fprintf(file, "name,segment,size,rss,pss,private_dirty,swap\r\n");
	for (i = 0; i < rows.count && (!report->top || i < report->top ||
	                               report->group == SEGMENTS_BY_SEGMENT);
	     i++) {
		snprintf(name, sizeof(name), "%s", rows.rows[i].name);
		if (report->group == SEGMENTS_BY_MAP) {
			mapping = &segments->maps.mappings[rows.rows[i].number];
			snprintf(name, sizeof(name), "%" PRIx64 "-%" PRIx64 " %s", mapping->start,
			         mapping->end, rows.rows[i].name);
		}
		csv_row(file,
		        report->group == SEGMENTS_BY_SEGMENT ? segment_key(rows.rows[i].segment)
		                                             : name,
		        report->group <= SEGMENTS_BY_MAP && report->group != SEGMENTS_BY_MODULE
		            ? segment_key(rows.rows[i].segment)
		            : "",
		        &rows.rows[i].use);
	}
	/* only these rows cover all of the memory, so that they add up to the total */
	if (report->group == SEGMENTS_BY_SEGMENT || report->group == SEGMENTS_BY_MAP)
		csv_row(file, "total", "", &segments->total);
	segment_rows_release(&rows);
	return 0;
}
