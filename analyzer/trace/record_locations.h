/*
 * trace/record_locations.h - the locations of the addresses in records about stacks.
 */
#ifndef OUTLIVE_TRACE_RECORD_LOCATIONS_H
#define OUTLIVE_TRACE_RECORD_LOCATIONS_H

#include "trace/address_map.h"
#include "trace/stack_record.h"

/* Fill in the record's locations, at `time` in quanta. 0, or -1: memory is out. */
int record_locations_find(struct stack_record *record, struct address_map *map,
                          uint64_t time);

#endif
