/*
 * report/json/use.h - the use of memory by a mapping or many, in JSON.
 */
#ifndef OUTLIVE_REPORT_JSON_USE_H
#define OUTLIVE_REPORT_JSON_USE_H

#include "base/json_writer.h"
#include "process/maps.h"

/* Its twelve sizes, into an object that is open; or as one object of a line. */
void use_json(struct json_writer *json, const struct memory_use *use);
void use_json_object(struct json_writer *json, const char *key,
                     const struct memory_use *use);

#endif
