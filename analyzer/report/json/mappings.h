/*
 * report/json/mappings.h - what mapped memory, for programs; the keys are documented in
 * docs/man/outlive-report-json.5.
 */
#ifndef OUTLIVE_REPORT_JSON_MAPPINGS_H
#define OUTLIVE_REPORT_JSON_MAPPINGS_H

#include "base/json_writer.h"
#include "verdict/classes.h"

/*
 * Write the object `mappings` of the whole report, with the first `top` call paths (0: all). 0,
 * or -1 when memory is out.
 */
int mappings_json(struct json_writer *json, const struct classes *classes,
                  uint64_t top);

#endif
