/* report/json/heaps.h - Go's heap and C's in one tree, for programs. */
#ifndef OUTLIVE_REPORT_JSON_HEAPS_H
#define OUTLIVE_REPORT_JSON_HEAPS_H

#include "base/json_writer.h"
#include "verdict/classes.h"

/*
 * Write the key "heaps"; null if nothing is known of Go's heap, or only some blocks count. At most
 * `top` nodes of the tree, 0: all. 0, or -1: memory is out.
 */
int heaps_json(struct json_writer *json, const struct classes *classes, uint64_t top);

#endif
