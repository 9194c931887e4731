/*
 * report/json/classes.h - classes, their evidence and owners in JSON; the keys are
 * documented in docs/man/outlive-report-json.5.
 */
#ifndef OUTLIVE_REPORT_JSON_CLASSES_H
#define OUTLIVE_REPORT_JSON_CLASSES_H

#include "verdict/advice.h"
#include "base/json_writer.h"

/* Write the keys `classes`, `exact`, `peeled` and `init` of the whole report. */
void classes_json(struct json_writer *json, const struct classes *classes);

/* Write `classes` of a group of call paths. */
void class_counts_json(struct json_writer *json, const struct class_counts *counts);

/* Write the kinds of stack-like blocks, and of live ones, into the open object. */
void kind_split_json(struct json_writer *json, const struct kind_split *split);

/* Write what the object of a call path has besides its share. 0, or -1 when memory is out. */
int path_classes_json(struct json_writer *json, const struct findings *findings,
                      uint32_t path);

/* Write `owner_count` and the array `owners` of the whole report. 0 or -1. */
int owners_json(struct json_writer *json, const struct findings *findings,
                uint64_t top);

#endif
