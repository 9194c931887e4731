/*
 * process/modules.h - the ELF files that a living process has loaded, found by its mappings,
 * and where their parts are in memory.
 */
#ifndef OUTLIVE_PROCESS_MODULES_H
#define OUTLIVE_PROCESS_MODULES_H

#include "base/hash_index.h"
#include "process/maps.h"
#include "trace_format.h"

#define MODULE_PARTS_MAX 12
#define MODULE_NONE_OF_MAPS UINT32_MAX

/* A PT_LOAD segment in memory; its ends are not rounded to pages. */
struct module_part {
	uint64_t start, file_end, end; /* [file_end, end): bss */
	unsigned access;               /* enum mapping_access */
};

struct process_module {
	const char *path;    /* points into process_maps */
	struct mapping seen; /* the mapping that it was found by; ignore its name */
	uint64_t inode, device;
	uint64_t bias; /* memory address - ELF virtual address */
	bool is_deleted;
	bool is_go;       /* linked by Go's linker */
	uint64_t go_word; /* set by segments/go_arenas.h; 0: unknown */
	struct module_part parts[MODULE_PARTS_MAX];
	size_t part_count;
	uint64_t relro_start, relro_end; /* read-only after relocation; 0, 0: none */
	uint8_t build_id[BUILD_ID_BYTES_MAX];
	size_t build_id_bytes;
};

struct process_modules {
	size_t count, capacity;
	struct process_module *modules;
	uint32_t *of_mapping; /* per mapping: its module's index or MODULE_NONE_OF_MAPS */
	/* Files that were opened and read before. */
	struct known_file {
		uint64_t inode, device;
		uint64_t start, end; /* the mapping that it was opened for */
		uint64_t snapshot;   /* the last snapshot in which it was mapped */
		bool is_elf;
	} * files;
	struct hash_index file_index; /* by inode and device; holds indices + 1 */
	size_t file_count, file_room;
	uint64_t snapshot;
};

/*
 * Find the modules. *modules is zeroed, or from an earlier snapshot of the same process:
 * modules that are still mapped at the same addresses are not read again. Opens files by the
 * paths that the process sees, and uses a file only if it is the one that is mapped. 0, or -1:
 * memory is out. Valid as long as `maps` is.
 */
int process_modules_find(struct process_modules *modules,
                         const struct process_maps *maps);
void process_modules_release(struct process_modules *modules);

/* Open the file behind a mapping, as the process sees it. Returns a descriptor, or -1. */
int process_file_open(const struct process_maps *maps, const struct mapping *mapping);

#endif
