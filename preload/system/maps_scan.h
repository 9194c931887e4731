/*
 * system/maps_scan.h - visits the mappings of /proc/self/maps, using system calls only.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_MAPS_SCAN_H
#define OUTLIVE_PRELOAD_SYSTEM_MAPS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct maps_mapping {
	uintptr_t start, end; /* [start, end) */
	bool readable, writable, executable;
	char tail[8]; /* the last bytes of the line: " [stack]" without its space */
};

/* Called for each mapping, in the order of addresses. Return false to stop. */
typedef bool maps_visit(void *context, const struct maps_mapping *mapping);

/*
 * Visit the present mappings. Takes tens of microseconds for a hundred of them. The file is
 * read into `buffer`, which should have some hundred bytes at least. False: it cannot be read.
 */
bool maps_scan(char *buffer, size_t buffer_bytes, maps_visit *visit, void *context);

#endif
