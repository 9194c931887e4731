/*
 * report/json/classes.h - classes, their evidence, owners and advice in JSON; keys as documented
 * in docs/man/outlive-report-json.5.
 */
#ifndef OUTLIVE_REPORT_JSON_CLASSES_H
#define OUTLIVE_REPORT_JSON_CLASSES_H

#include "verdict/advice.h"
#include "base/json_writer.h"

/* The keys `classes`, `exact`, `peeled`, `init` of the whole report. */
void classes_json(struct json_writer *json, const struct classes *classes);

/* `classes` of a group of sites. */
void class_counts_json(struct json_writer *json, const struct class_counts *counts);

/* What a site's object says beyond its share. 0, or -1 when memory is out. */
int site_classes_json(struct json_writer *json, const struct findings *findings,
                      uint32_t site);

/* `owner_count`, and the array `owners` of the whole report, likewise. 0 or -1. */
int owners_json(struct json_writer *json, const struct findings *findings,
                uint64_t top);

/* The array `advice` of the whole report, the first `top` (0: all). 0 or -1. */
int advice_json(struct json_writer *json, const struct findings *findings,
                uint64_t top);

#endif
