/*
 * process/maps.h - every mapping of a living process, as /proc/PID/smaps tells it (Linux,
 * Documentation/filesystems/proc.rst), without touching the process.
 */
#ifndef OUTLIVE_PROCESS_MAPS_H
#define OUTLIVE_PROCESS_MAPS_H

#include "base/error.h"
#include "process/smaps_fields.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum mapping_access {
	MAPPING_READ = 1,
	MAPPING_WRITE = 2,
	MAPPING_EXECUTE = 4,
	MAPPING_SHARED = 8,
};

struct mapping {
	uint64_t start, end, offset; /* of the file */
	uint64_t inode, device;      /* inode 0: no file. device: major << 32 | minor */
	unsigned access;             /* enum mapping_access */
	bool is_deleted;             /* the file is gone from its directory */
	bool grows_down;             /* a stack the kernel grows */
	uint16_t told;               /* enum maps_kind: by a process of itself; else 0 */
	const char *name;            /* path, "[heap]", ..; "" if anonymous */
	struct memory_use use;
};

struct process_maps {
	pid_t pid;
	size_t count, capacity;
	struct mapping *mappings; /* by address */
	struct memory_use total;
	char *names; /* what names point into */
	size_t names_used, names_room;
};

/*
 * Read the maps of `pid`; *maps is zero, or was read before and is filled anew. One pass:
 * a process that maps and unmaps meanwhile is seen at each address once, at the time the
 * kernel came there last. 0; or -1 and *error: no such process, no permission. A process that
 * has no memory (a kernel thread, a zombie) has 0 mappings.
 */
int process_maps_read(struct process_maps *maps, pid_t pid, struct error *error);

/* The same of an open smaps, whose process is not told. 0; or -1 and errno. */
int process_maps_take(struct process_maps *maps, int file);

/* The mapping that holds an address: its number, or `count`. */
size_t process_maps_find(const struct process_maps *maps, uint64_t address);

void process_maps_release(struct process_maps *maps);

#endif
