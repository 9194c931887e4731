/* trace/record_locations.c - where the addresses in records about stacks are. */
#include "trace/record_locations.h"

/*
 * Find the location of an instruction or of a function's start. Locations are return addresses,
 * and the map takes the byte before one as the call: so ask for address + 1. 0: not known.
 */
static int location_find(struct address_map *map, uint64_t address, uint64_t time,
                         uint32_t *location)
{
	if (!address)
		return 0;
	*location = address_map_find(map, address + 1, time);
	return *location ? 0 : -1;
}

/* An instruction that is in place of a return address is one byte further in. */
static int fault_locate(struct stack_record *record, struct address_map *map,
                        uint64_t time)
{
	uint64_t instruction = record->fault.instruction;

	if (location_find(map, instruction, time, &record->fault.location))
		return -1;
	return instruction
	           ? location_find(map, instruction - 1, time, &record->fault.as_return)
	           : 0;
}

int record_locations_find(struct stack_record *record, struct address_map *map,
                          uint64_t time)
{
	switch (record->kind) {
	case CONTROL_THREAD:
		return location_find(map, record->thread.start, time,
		                     &record->thread.start_location);
	case CONTROL_GOROUTINE:
		return location_find(map, record->goroutine.start, time,
		                     &record->goroutine.start_location);
	case CONTROL_FAULT:
	case CONTROL_GO_END: return fault_locate(record, map, time);
	default: return 0;
	}
}
