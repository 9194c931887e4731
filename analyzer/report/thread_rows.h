/*
 * report/thread_rows.h - rows of threads, and of goroutines that begin with one function.
 */
#ifndef OUTLIVE_REPORT_THREAD_ROWS_H
#define OUTLIVE_REPORT_THREAD_ROWS_H

#include "base/text.h"
#include "report/row.h"

/*
 * Make a row for every thread, and one for all goroutines with the same start, except for those
 * that --thread excludes: a program may start thousands of goroutines, which do the same. `rows` is
 * zeroed. 0, or -1 when memory is out; release the rows anyway.
 */
int thread_rows_make(struct report_rows *rows, const struct profile *profile);

/*
 * Append the name of such a row: the thread's, or "goroutines of f". 0, or -1 when memory is out.
 */
int thread_row_name(struct text *text, const struct profile *profile,
                    const struct report_row *row);

#endif
