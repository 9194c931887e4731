/* report/csv/paths.c - call paths that allocate, one a line. */
#include "base/text.h"
#include "report/csv/reporter.h"
#include "report/csv/writer.h"
#include "report/csv/call_path.h"
#include "report/rows.h"
#include "verdict/function_text.h"

#include <inttypes.h>
#include <string.h>

/* Append a frame after its callers. 0, or -1: memory is out. */
static int frame_add(struct text *path, const char *name)
{
	return text_printf(path, "%s%s", path->bytes ? ";" : "", name);
}

/* The separator of frames must not be in a name. */
static void semicolons_escape(char *name)
{
	while ((name = strchr(name, ';')))
		*name++ = '?';
}

/* Append all names, the outermost first. */
static int frames_add(struct text *path, const struct stack_names *stack)
{
	char name[1024];
	size_t i;

	for (i = stack->count; i-- > 0;) {
		stack_name_text(name, sizeof(name), &stack->names[i]);
		semicolons_escape(name);
		/*
		 * a gap lies between a frame and its callers, so from outside it comes before the frame
		 */
		if ((stack->names[i].is_cut && frame_add(path, "(gap)")) ||
		    frame_add(path, name))
			return -1;
	}
	return 0;
}

int csv_call_path(struct text *path, const struct profile *profile, uint32_t node,
                  struct stack_names *stack)
{
	char left_out[64];
	size_t total;

	/* the first call also tells how many frames there are; mostly it has them all */
	if (stack_names_fill_part(stack, profile, node, 0, PATH_CALLS, &total))
		return -1;
	if (total <= PATH_CALLS)
		return frames_add(path, stack);
	snprintf(left_out, sizeof(left_out), "(%zu frames)",
	         total - PATH_INNER - PATH_OUTER);
	if (stack_names_fill_part(stack, profile, node, total - PATH_OUTER, PATH_OUTER,
	                          &total) ||
	    frames_add(path, stack) || frame_add(path, left_out) ||
	    stack_names_fill_part(stack, profile, node, 0, PATH_INNER, &total))
		return -1;
	return frames_add(path, stack);
}

/* A sample has three columns more, which say that others are estimates, and how good they are. */
static void titles_print(FILE *file, bool is_sampled)
{
	unsigned class;

	fputs("number,allocations,bytes,peak_blocks,peak_bytes,live_blocks,live_bytes",
	      file);
	for (class = 0; class < CLASS_COUNT; class ++)
		fprintf(file, ",%s", life_class_key(class));
	fputs(",inferred,open,unknown,suppressed,path", file);
	fputs(is_sampled ? ",sample_bytes,allocations_error,bytes_error" CSV_LINE_END
	                 : CSV_LINE_END,
	      file);
}

/*
 * Write one line. The path is made first, the only step that can fail: a line is written as a
 * whole or not at all.
 */
static int row_print(FILE *file, const struct profile *profile,
                     const struct report_row *row, struct stack_names *stack)
{
	const struct class_counts *classes = &row->classes;
	struct text path = { NULL, 0, 0 };
	unsigned class;

	if (csv_call_path(&path, profile, row->node, stack)) {
		text_release(&path);
		return -1;
	}
	fprintf(file,
	        "%" PRIu32 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
	        ",%" PRIu64,
	        row->path, row->allocations, row->bytes, row->peak_blocks, row->peak_bytes,
	        row->live_blocks, row->live_bytes);
	for (class = 0; class < CLASS_COUNT; class ++)
		fprintf(file, ",%" PRIu64, classes->shares[class].blocks);
	fprintf(file, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",",
	        classes->inferred.blocks, classes->open.blocks, classes->unknown.blocks,
	        classes->suppressed.blocks);
	csv_string(file, path.data ? path.data : "");
	if (profile_is_sampled(profile))
		fprintf(file, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64,
		        profile->process->header.sample_bytes, sample_error_blocks(&row->made),
		        sample_error(row->made.bytes));
	fputs(CSV_LINE_END, file);
	text_release(&path);
	return 0;
}

/*
 * Write the titles and the first `top` rows. For one class these are the rows that have blocks
 * of it, sorted by the bytes of that class instead of by settings->sort.
 */
static int paths_print(FILE *file, const struct findings *findings,
                       const struct report_settings *settings)
{
	struct stack_names stack = { NULL, 0, 0 };
	struct report_rows rows;
	int result = 0;
	size_t i;

	if (report_rows_of_view(&rows, findings, REPORT_BY_PATH, settings))
		return -1;
	titles_print(file, profile_is_sampled(findings->classes->profile));
	for (i = 0; i < rows.count && !result; i++) {
		if (settings->top && i == settings->top)
			break;
		result = row_print(file, findings->classes->profile, &rows.rows[i], &stack);
	}
	stack_names_release(&stack);
	report_rows_release(&rows);
	return result;
}

int csv_show_paths(struct report_output *output, const struct report_subject *subject)
{
	struct findings findings;
	int result = findings_make(&findings, subject->profile,
	                           &subject->settings->classes);

	if (!result)
		result = paths_print(output->file, &findings, subject->settings);
	findings_release(&findings);
	return result;
}
