/*
 * report/json/advice.h - advice in JSON: all of it, and that about a call path.
 */
#ifndef OUTLIVE_REPORT_JSON_ADVICE_H
#define OUTLIVE_REPORT_JSON_ADVICE_H

#include "base/json_writer.h"
#include "verdict/advice.h"

#include <stdint.h>

/* The first `top` pieces; 0: all. 0, or -1 when memory is out. */
int advice_json(struct json_writer *json, const struct findings *findings,
                uint64_t top);

/* The advice about the call path's call site, or why there is none. 0, or -1. */
int path_advice_json(struct json_writer *json, const struct findings *findings,
                     uint32_t path);

#endif
