/*
 * live/json_line.h - the figures of a followed process as one line of JSON, for scripts.
 */
#ifndef OUTLIVE_LIVE_JSON_LINE_H
#define OUTLIVE_LIVE_JSON_LINE_H

#include "live/feed.h"
#include "live/rows.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct live_json {
	FILE *file;
	enum live_group group;
	enum live_sort sort;
	uint64_t top; /* number of rows; 0: all */
};

/*
 * Write a line: the totals, then the first rows. `compare`: growth and rates are since these
 * moments. 0, or -1 when memory is out.
 */
int live_json_line(const struct live_json *json, const struct live_feed *feed,
                   struct live_rows *rows, const struct live_compare *compare);

#endif
