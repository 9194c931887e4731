/* report/csv/mappings.c - call paths that map memory, one a line. */
#include "report/csv/call_path.h"
#include "report/csv/reporter.h"
#include "report/csv/writer.h"
#include "report/mapping_rows.h"

#include <inttypes.h>

#define RESIDENT_CELL 9 /* empty if it is not known */

static int row_print(FILE *file, const struct profile *profile,
                     const struct mapping_row *row, struct stack_names *stack)
{
	const struct mapping_path *sums = &row->sums;
	const uint64_t cells[] = {
		sums->calls,    sums->remaps,           sums->failed, sums->bytes,
		sums->ended,    mapping_row_left(row),  sums->most,   sums->anonymous,
		sums->reserved, sums->highest.resident, sums->unmaps, sums->unmapped
	};
	struct text path = { NULL, 0, 0 };
	size_t i;

	if (csv_call_path(&path, profile, row->node, stack)) {
		text_release(&path);
		return -1;
	}
	fprintf(file, "%" PRIu32 ",", row->number);
	for (i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		if (i != RESIDENT_CELL || !sums->highest.unsure)
			fprintf(file, "%" PRIu64, cells[i]);
		fputc(',', file);
	}
	csv_string(file, profile->replay.mappings.files[sums->file]);
	fputc(',', file);
	csv_string(file, path.data ? path.data : "");
	fputs(CSV_LINE_END, file);
	text_release(&path);
	return 0;
}

int csv_show_mappings(struct report_output *output,
                      const struct report_subject *subject)
{
	struct classes *classes = classes_new(subject->profile,
	                                      &subject->settings->classes);
	uint64_t top = subject->settings->top;
	struct stack_names stack = { NULL, 0, 0 };
	struct mapping_rows rows = { NULL, 0 };
	int result = classes ? mapping_rows_make(&rows, classes, true) : -1;
	size_t i;

	if (!result)
		fputs("number,calls,remaps,failed,bytes,ended_bytes,live_bytes,peak_bytes,"
		      "anonymous_bytes,reserved_bytes,resident_bytes,unmaps,unmapped_bytes,"
		      "mapped_file,path" CSV_LINE_END,
		      output->file);
	for (i = 0; i < rows.count && !result && (!top || i < top); i++)
		result = row_print(output->file, subject->profile, &rows.rows[i], &stack);
	stack_names_release(&stack);
	mapping_rows_release(&rows);
	classes_free(classes);
	return result;
}
