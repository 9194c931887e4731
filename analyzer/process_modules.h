/*
 * process_modules.h - the ELF files a living process runs, found behind its mappings:
 * where each part of them lies. Layer 2.
 */
#ifndef OUTLIVE_PROCESS_MODULES_H
#define OUTLIVE_PROCESS_MODULES_H

#include "process_maps.h"
#include "trace_format.h"

#define MODULE_PARTS_MAX 12
#define MODULE_NONE_OF_MAPS UINT32_MAX

/* A PT_LOAD segment as it lies in memory, its ends not rounded to pages. */
struct module_part {
	uint64_t start, file_end, end; /* [file_end, end): bss */
	unsigned access;               /* enum mapping_access */
};

struct process_module {
	const char *path; /* points into the maps */
	uint64_t inode, device;
	uint64_t bias;                  /* memory address - ELF virtual address */
	bool is_deleted, is_executable; /* it is the process's program */
	struct module_part parts[MODULE_PARTS_MAX];
	size_t part_count;
	uint64_t relro_start, relro_end; /* made read-only once relocated; 0, 0: none */
	uint8_t build_id[BUILD_ID_BYTES_MAX];
	size_t build_id_bytes;
};

struct process_modules {
	size_t count;
	struct process_module *modules;
	uint32_t *of_mapping; /* by mapping: its module, or MODULE_NONE_OF_MAPS */
	uint64_t sum;         /* of the mapped files they were found by; 0: none */
};

/*
 * Find them. Files are read where the process sees them, and only believed if they are
 * those that are mapped. 0, or -1: memory is out. Good as long as `maps` is.
 */
int process_modules_find(struct process_modules *modules,
                         const struct process_maps *maps);

/* The same, but no file is read again if those that are mapped are as they were. */
int process_modules_refresh(struct process_modules *modules,
                            const struct process_maps *maps);
void process_modules_release(struct process_modules *modules);

/* A descriptor of the file behind a mapping as the process has it, or -1. */
int process_file_open(const struct process_maps *maps, const struct mapping *mapping);

#endif
