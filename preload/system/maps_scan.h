/*
 * system/maps_scan.h - /proc/self/maps, mapping by mapping, by system calls only.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_MAPS_SCAN_H
#define OUTLIVE_PRELOAD_SYSTEM_MAPS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct maps_mapping {
	uintptr_t start, end; /* [start, end) */
	bool readable, writable, executable;
	char tail[8]; /* the last bytes of its line: " [stack]" without its first */
};

/* One mapping, in the order of addresses. Return false to stop. */
typedef bool maps_visit(void *context, const struct maps_mapping *mapping);

/*
 * Visit the mappings as they are now, from the lowest on: tens of microseconds for a hundred.
 * `buffer` is what the file is read into, some hundred bytes at least. False: it cannot be
 * read.
 */
bool maps_scan(char *buffer, size_t buffer_bytes, maps_visit *visit, void *context);

#endif
