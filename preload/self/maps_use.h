/*
 * self/maps_use.h - how much of a mapping is in memory: parses the lines below its header in
 * /proc/self/smaps, and encodes them for a MAPS_USE record.
 */
#ifndef OUTLIVE_PRELOAD_SELF_MAPS_USE_H
#define OUTLIVE_PRELOAD_SELF_MAPS_USE_H

#include <stdbool.h>
#include <stdint.h>

#include "record_format.h"

struct maps_use {
	uint64_t sizes_kib[MAPS_USE_FIELDS];
	bool grows_down;
};

/* Add what the line [line, end) counts; its newline is not included. */
void maps_use_take(struct maps_use *use, const char *line, const char *end);

/* Write the counts at `to`. Returns the bytes written, at most MAPS_USE_BYTES_MAX. */
uint32_t maps_use_put(const struct maps_use *use, uint8_t *to);

#endif
