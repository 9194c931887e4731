/* replay/location_times.c - when each location was first seen. */
#include "replay/location_times.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

int location_times_extend(struct location_times *table, uint32_t location,
                          uint64_t time)
{
	if (array_reserve_zeroed(table->times, table->capacity, (size_t)location + 1))
		return -1;
	/* 0 stands for never, so a location seen at time 0 is one quantum off. */
	if (!table->times[location])
		table->times[location] = time ? time : 1;
	return 0;
}

uint64_t location_times_get(const struct location_times *table, uint32_t location)
{
	if (location >= table->capacity || !table->times[location])
		return UINT64_MAX;
	return table->times[location];
}

void location_times_release(struct location_times *table)
{
	free(table->times);
	*table = (struct location_times){ NULL, 0 };
}
