/* report/json/alive.h - what is alive, whenever it was born, in JSON. */
#ifndef OUTLIVE_REPORT_JSON_ALIVE_H
#define OUTLIVE_REPORT_JSON_ALIVE_H

#include "base/json_writer.h"
#include "replay/profile.h"

#include <stdint.h>

/* Write "alive": null, if there is no account. 0, or -1: no memory. */
int alive_json(struct json_writer *json, const struct profile *profile, uint64_t top);

#endif
