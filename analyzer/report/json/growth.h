/*
 * report/json/growth.h - what grew, in JSON; the keys are documented in
 * docs/man/outlive-report-json.5.
 */
#ifndef OUTLIVE_REPORT_JSON_GROWTH_H
#define OUTLIVE_REPORT_JSON_GROWTH_H

#include "base/json_writer.h"
#include "verdict/advice.h"

/* Write the object `growth` of the whole report, with the first `top` call sites. 0 or -1. */
int growth_json(struct json_writer *json, const struct findings *findings,
                uint64_t top);

#endif
