/*
 * report/text/explain.h - single blocks, followed from birth to end.
 */
#ifndef OUTLIVE_REPORT_TEXT_EXPLAIN_H
#define OUTLIVE_REPORT_TEXT_EXPLAIN_H

#include "verdict/block_history.h"
#include "verdict/advice.h"
#include "base/screen.h"

/* Print the lives of a block_history; it has at least one. 0, or -1 when memory is out. */
int report_explain(const struct screen *screen, const struct findings *findings,
                   const struct block_history *history);

#endif
