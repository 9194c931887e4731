/*
 * self/maps_use.h - how much of a mapping is in memory: the lines below its header in
 * /proc/self/smaps, and the bytes that say it in a MAPS_USE record.
 */
#ifndef OUTLIVE_PRELOAD_SELF_MAPS_USE_H
#define OUTLIVE_PRELOAD_SELF_MAPS_USE_H

#include <stdbool.h>
#include <stdint.h>

#include "trace_format.h"

struct maps_use {
	uint64_t sizes_kib[MAPS_USE_FIELDS];
	bool grows_down;
};

/* What the line [line, end), its newline not included, counts is added. */
void maps_use_take(struct maps_use *use, const char *line, const char *end);

/* How many bytes it took at `to`: at most MAPS_USE_BYTES_MAX. */
uint32_t maps_use_put(const struct maps_use *use, uint8_t *to);

#endif
