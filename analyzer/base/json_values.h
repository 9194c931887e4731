/* base/json_values.h - reads JSON that may be damaged: each number and string, with its path. */
#ifndef OUTLIVE_BASE_JSON_VALUES_H
#define OUTLIVE_BASE_JSON_VALUES_H

#include <stddef.h>

#define JSON_DEPTH_MAX 32
#define JSON_PATH_BYTES 256

/*
 * Called for each string and number: `path` is "range.start.line", or "related[].message" in an
 * array; `value` is decoded UTF-8, or the number as it stands. Other than 0 ends the reading.
 */
typedef int json_value_visit(void *context, const char *path, const char *value);

/*
 * 0; -1: the text is no JSON value, is deeper than JSON_DEPTH_MAX, or memory is out; else what the
 * visit returned. A value whose path does not fit into JSON_PATH_BYTES is not visited.
 */
int json_values_read(const char *text, json_value_visit *visit, void *context);

#endif
