/* report/json/go_heap.h - what Go's sampler has counted, for programs. */
#ifndef OUTLIVE_REPORT_JSON_GO_HEAP_H
#define OUTLIVE_REPORT_JSON_GO_HEAP_H

#include "base/json_writer.h"
#include "replay/profile.h"

/* Write the key "go_heap"; null if nothing is known. At most `top` call paths, 0: all. */
void go_heap_json(struct json_writer *json, const struct profile *profile,
                  uint64_t top);

#endif
