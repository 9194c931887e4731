/*
 * report/csv/call_path.h - a call path in one cell.
 */
#ifndef OUTLIVE_REPORT_CSV_CALL_PATH_H
#define OUTLIVE_REPORT_CSV_CALL_PATH_H

#include "base/text.h"
#include "verdict/stack_names.h"

#include <stdint.h>

/*
 * Append the functions of a call path, outermost first, separated by semicolons; of a deep one
 * only its two ends, as in JSON. 0, or -1 when memory is out.
 */
int csv_call_path(struct text *path, const struct profile *profile, uint32_t node,
                  struct stack_names *stack);

#endif
