/*
 * report/json/sample.h - what a sample is, and the standard errors of estimates. Nothing is written
 * if all blocks were recorded.
 */
#ifndef OUTLIVE_REPORT_JSON_SAMPLE_H
#define OUTLIVE_REPORT_JSON_SAMPLE_H

#include "base/json_writer.h"
#include "replay/profile.h"
#include "report/rows.h"

/* The figures that it says are left out are 0, "" or false, wherever they stand. */
void sample_json(struct json_writer *json, const struct profile *profile);

/* The standard errors of a row's figures. */
void sample_row_json(struct json_writer *json, const struct profile *profile,
                     const struct report_row *row);

#endif
