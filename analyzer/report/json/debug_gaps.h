/* report/json/debug_gaps.h - the modules without debug information, and what is missing. */
#ifndef OUTLIVE_REPORT_JSON_DEBUG_GAPS_H
#define OUTLIVE_REPORT_JSON_DEBUG_GAPS_H

#include "base/json_writer.h"
#include "verdict/classes.h"

/*
 * Write the modules without debug information whose functions allocated, and the files that were
 * not found.
 */
void debug_gaps_json(struct json_writer *json, const struct classes *classes);

#endif
