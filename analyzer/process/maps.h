/*
 * process/maps.h - every mapping of a living process, from /proc/PID/smaps (Linux,
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
	uint64_t start, end, offset; /* offset: in the file */
	uint64_t inode, device;      /* inode 0: no file. device: major << 32 | minor */
	unsigned access;             /* enum mapping_access */
	bool is_deleted;             /* the file was unlinked */
	bool grows_down;             /* a stack that the kernel grows */
	uint16_t known;   /* enum maps_kind, if the process itself knew it; else 0 */
	const char *name; /* path, "[heap]", ..; "" if anonymous */
	struct memory_use use;
};

struct process_maps {
	pid_t pid;
	size_t count, capacity;
	struct mapping *mappings; /* sorted by address */
	struct memory_use total;
	char *names; /* the mappings' names point into this */
	size_t names_used, names_room;
};

/*
 * Read the maps of `pid`. *maps is zeroed, or was filled before and is replaced. One pass: if a
 * process maps and unmaps meanwhile, each address has the mapping that the kernel wrote last
 * for it. 0; or -1 and *error: no such process, no permission. A process without memory (a
 * kernel thread, a zombie) has 0 mappings.
 */
int process_maps_read(struct process_maps *maps, pid_t pid, struct error *error);

/* Read the maps from an open smaps file, without setting `pid`. 0; or -1 and errno. */
int process_maps_take(struct process_maps *maps, int file);

/* The index of the mapping that contains an address, or `count`. */
size_t process_maps_find(const struct process_maps *maps, uint64_t address);

void process_maps_release(struct process_maps *maps);

#endif
