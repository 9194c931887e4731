/*
 * report/json/go.h - the Go runtimes of a living process in JSON.
 */
#ifndef OUTLIVE_REPORT_JSON_GO_H
#define OUTLIVE_REPORT_JSON_GO_H

#include "base/json_writer.h"
#include "report/segments.h"

/* Write the member `go`: an array of what each runtime does with its memory. */
void go_json(struct json_writer *json, const struct segments *segments);

/* Write the members `goroutines`, `top` of them at most (0: all), and `left_out`. */
void goroutines_json(struct json_writer *json, const struct segments *segments,
                     uint64_t top);

#endif
