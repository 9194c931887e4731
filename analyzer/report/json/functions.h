/*
 * report/json/functions.h - what tells a function from all others, in JSON.
 */
#ifndef OUTLIVE_REPORT_JSON_FUNCTIONS_H
#define OUTLIVE_REPORT_JSON_FUNCTIONS_H

#include "base/json_writer.h"
#include "verdict/classes.h"

#include <stdint.h>

/* Write the keys of a function into the open object. */
void function_keys_json(struct json_writer *json, const struct classes *classes,
                        uint32_t number);

#endif
