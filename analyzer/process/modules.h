/*
 * process/modules.h - the ELF files a living process runs, found behind its mappings:
 * where each part of them lies.
 */
#ifndef OUTLIVE_PROCESS_MODULES_H
#define OUTLIVE_PROCESS_MODULES_H

#include "base/hash_index.h"
#include "process/maps.h"
#include "trace_format.h"

#define MODULE_PARTS_MAX 12
#define MODULE_NONE_OF_MAPS UINT32_MAX

/* A PT_LOAD segment as it lies in memory, its ends not rounded to pages. */
struct module_part {
	uint64_t start, file_end, end; /* [file_end, end): bss */
	unsigned access;               /* enum mapping_access */
};

struct process_module {
	const char *path;    /* points into the maps */
	struct mapping seen; /* the mapping it was found by; its name is void */
	uint64_t inode, device;
	uint64_t bias; /* memory address - ELF virtual address */
	bool is_deleted;
	bool is_go;       /* made by Go's linker */
	uint64_t go_word; /* see segments/go_arenas.h, which finds it; 0: not known */
	struct module_part parts[MODULE_PARTS_MAX];
	size_t part_count;
	uint64_t relro_start, relro_end; /* made read-only once relocated; 0, 0: none */
	uint8_t build_id[BUILD_ID_BYTES_MAX];
	size_t build_id_bytes;
};

struct process_modules {
	size_t count, capacity;
	struct process_module *modules;
	uint32_t *of_mapping; /* by mapping: its module, or MODULE_NONE_OF_MAPS */
	/* Files that were looked into. */
	struct known_file {
		uint64_t inode, device;
		uint64_t start, end; /* the mapping it was opened by */
		uint64_t look;       /* the last that met it */
		bool is_elf;
	} * files;
	struct hash_index file_index; /* by inode; numbers from 1 */
	size_t file_count, file_room;
	uint64_t look;
};

/*
 * Find them; *modules is zero, or of an earlier look at the same process: what is still
 * mapped where it was is not read again. Files are read where the process sees them, and
 * only believed if they are those that are mapped. 0, or -1: memory is out. Good as long
 * as `maps` is.
 */
int process_modules_find(struct process_modules *modules,
                         const struct process_maps *maps);
void process_modules_release(struct process_modules *modules);

/* A descriptor of the file behind a mapping as the process has it, or -1. */
int process_file_open(const struct process_maps *maps, const struct mapping *mapping);

#endif
