/*
 * report/json/kept.h - what libc's malloc keeps though it is free, for programs.
 */
#ifndef OUTLIVE_REPORT_JSON_KEPT_H
#define OUTLIVE_REPORT_JSON_KEPT_H

#include "base/json_writer.h"
#include "verdict/advice.h"

#include <stdint.h>

/* Write the object "kept"; `top` rows of each list at most, 0: all. 0, or -1: memory is out. */
int kept_json(struct json_writer *json, const struct findings *findings, uint64_t top);

#endif
