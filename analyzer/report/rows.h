/*
 * report/rows.h - the call paths of a profile, grouped and sorted as a report wants them.
 */
#ifndef OUTLIVE_REPORT_ROWS_H
#define OUTLIVE_REPORT_ROWS_H

#include "report/row.h"
#include "report/settings.h"
#include "verdict/advice.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How many frames of a call path programs get: of a longer path only the two ends. Each level
 * of a deep recursion that allocates is a call path of its own, so with all frames of each the
 * output would grow with the square of the depth.
 */
#define PATH_CALLS 256
#define PATH_INNER 48
#define PATH_OUTER 16

/*
 * Group the call paths by function or module, without sorting: row_of_path[] (by number of the call
 * path) is the row of each that is not empty, + 1. 0, or -1 when memory is out.
 */
int report_rows_group(struct report_rows *rows, const struct classes *classes,
                      enum report_group group, uint32_t *row_of_path);

/* Group and sort all call paths. 0, or -1 when memory is out. */
int report_rows_make(struct report_rows *rows, const struct classes *classes,
                     enum report_group group, enum report_sort sort);

/*
 * Only the rows that have blocks of a class (see class_counts_share()), or of one kind of it,
 * sorted by their bytes, most first. 0, or -1 when memory is out.
 */
int report_rows_of_class(struct report_rows *rows, const struct findings *findings,
                         enum report_group group, enum verdict class,
                         enum block_kind kind);
/*
 * Sort for people: the user's own code before others (own_code_compare()), by the figure of
 * `sort`, or by `share` if the rows are of a class. Whether any row now comes before a heavier one.
 */
bool report_rows_own_first(struct report_rows *rows, const struct classes *classes,
                           enum report_sort sort, bool is_of_class);

/*
 * Sort the first `shown` rows in two parts, each by the figure: the user's own code, and other
 * code. Other code that has more than OWN_CODE_TIMES as much as any own row comes before both,
 * unless the user gave patterns. Whether any row now comes before a heavier one.
 */
bool report_rows_in_parts(struct report_rows *rows, const struct classes *classes,
                          enum report_sort sort, size_t shown);
void report_rows_release(struct report_rows *rows);

/* The rows of the settings' view: of its class and kind, or of all blocks. 0 or -1. */
int report_rows_of_view(struct report_rows *rows, const struct findings *findings,
                        enum report_group group,
                        const struct report_settings *settings);

/* How --why names the row: "35", or "35f" for a function; "" for what it does not take. */
#define ROW_WHY_BYTES 16
const char *report_row_why(char text[ROW_WHY_BYTES], const struct report_row *row,
                           enum report_group group);

/* The figure that a row is sorted by. */
uint64_t report_row_weight(const struct report_row *row, enum report_sort sort);

#endif
