/* report/thread_rows.c - rows of threads, and of goroutines that begin with one function. */
#include "report/thread_rows.h"

#include "replay/strands.h"
#include "replay/thread_choice.h"
#include "verdict/function_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The row of a thread. It has no call path: `node` is the thread's serial, which serves only as
 * the last key of row_compare().
 */
static struct report_row thread_row(const struct thread *thread)
{
	return (struct report_row){
		.name = stack_name_none(0),
		.thread = thread,
		.node = thread->serial,
		.allocations = thread->allocations,
		.bytes = thread->bytes,
		.frees = thread->frees,
		.failed = thread->failed,
		.temporary = thread->temporary,
		.crossed = thread->crossed,
		.live_blocks = thread->share.live_blocks,
		.live_bytes = thread->share.live_bytes,
		.peak_blocks = thread->share.peak_blocks,
		.peak_bytes = thread->share.peak_bytes,
	};
}

/*
 * The row of goroutines that begin with the strand's function, made if it is the first; NULL: it is
 * a thread, which has a row of its own. `row_of`: by location of the start; 0: none yet.
 */
static struct report_row *goroutines_row(struct report_rows *rows,
                                         const struct thread *strand, size_t *row_of,
                                         size_t location_count)
{
	size_t
		*row = &row_of[strand->start < location_count ? strand->start : location_count];

	if (!strand->goroutine)
		return NULL;
	if (!*row) {
		rows->rows[rows->count++] = (struct report_row){ .name = stack_name_none(0),
			                                             .thread = strand };
		*row = rows->count;
	}
	return &rows->rows[*row - 1];
}

/* Add what a strand did to the row of all that have its start. */
static void row_add_strand(struct report_row *row, const struct thread *strand)
{
	row->goroutines += strand->goroutines;
	row->allocations += strand->allocations;
	row->bytes += strand->bytes;
	row->frees += strand->frees;
	row->failed += strand->failed;
	row->temporary += strand->temporary;
	row->crossed += strand->crossed;
	row->live_blocks += strand->share.live_blocks;
	row->live_bytes += strand->share.live_bytes;
	row->peak_blocks += strand->share.peak_blocks;
	row->peak_bytes += strand->share.peak_bytes;
}

int thread_rows_make(struct report_rows *rows, const struct profile *profile)
{
	const struct thread_table *threads = &profile->replay.threads;
	size_t location_count = address_map_location_count(profile->map), i;
	size_t *row_of = calloc(location_count + 1, sizeof(*row_of));
	struct report_row *row;

	rows->rows = malloc((threads->count + 1) * sizeof(*rows->rows));
	for (i = 0; rows->rows && row_of && i < threads->count; i++) {
		if (threads->items[i]->is_unwanted)
			continue;
		row = goroutines_row(rows, threads->items[i], row_of, location_count);
		if (row)
			row_add_strand(row, threads->items[i]);
		else
			rows->rows[rows->count++] = thread_row(threads->items[i]);
	}
	free(row_of);
	return rows->rows && row_of ? 0 : -1;
}

/*
 * Whether the compiler has named the function: one without a name, or what it makes of "go f(x)".
 * The line says to the reader which that is.
 */
static bool is_compilers_name(const char *function)
{
	return strstr(function, ".func") || strstr(function, ".gowrap") ||
	       strstr(function, "dwrap");
}

int thread_row_name(struct text *text, const struct profile *profile,
                    const struct report_row *row)
{
	struct stack_names scratch = { NULL, 0, 0 };
	char function[512] = "an unknown function", file[256], line[300] = "";
	struct stack_name name;
	const char *slash;

	if (!row->goroutines || row->thread->start == STRAND_NO_START)
		return text_printf(text, "%s", row->thread->name);
	if (row->thread->start) {
		if (stack_name_physical(&name, &scratch, profile, row->thread->start)) {
			stack_names_release(&scratch);
			return -1;
		}
		stack_name_text(function, sizeof(function), &name);
		slash = strrchr(name.file, '/');
		text_escape(file, sizeof(file), slash ? slash + 1 : name.file);
		if (name.line && is_compilers_name(function))
			snprintf(line, sizeof(line), " %s:%u", file, name.line);
		stack_names_release(&scratch);
	}
	return text_printf(text, GOROUTINES_OF "%s%s", function, line);
}
