/*
 * replay/location_times.h - when each location of an address map was first seen.
 */
#ifndef OUTLIVE_REPLAY_LOCATION_TIMES_H
#define OUTLIVE_REPLAY_LOCATION_TIMES_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed is empty. */
struct location_times {
	uint64_t *times; /* 0: never */
	size_t capacity;
};

/*
 * The location was seen at `time`, perhaps not for the first time. 0, or -1 when memory is out.
 */
int location_times_extend(struct location_times *table, uint32_t location,
                          uint64_t time);

/* UINT64_MAX: never. */
uint64_t location_times_get(const struct location_times *table, uint32_t location);

void location_times_release(struct location_times *table);

#endif
