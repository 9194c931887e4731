/*
 * report/json/stacks.h - stacks and faults for programs; documented in
 * docs/man/outlive-report-json.5.
 */
#ifndef OUTLIVE_REPORT_JSON_STACKS_H
#define OUTLIVE_REPORT_JSON_STACKS_H

#include "verdict/classes.h"
#include "base/json_writer.h"
#include "report/settings.h"

#include <stdint.h>

/*
 * Write the keys `stacks` and `faults`, with the first settings->top threads and functions (0:
 * all), of those that the filters of --stacks choose. 0 or -1.
 */
int stacks_json(struct json_writer *json, const struct classes *classes,
                const struct report_settings *settings);
int faults_json(struct json_writer *json, const struct classes *classes);

#endif
