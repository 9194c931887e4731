/*
 * trace/address_map.h - which module was loaded where, and when, in one process: turns a return
 * address at a time into a location.
 *
 *   module    an ELF file that was loaded. The same file (path and build-id) loaded again,
 *             elsewhere or later, is the same module. Its number is that of its first
 *             MODULE definition, counted as SYMBOLS blocks count them.
 *   location  (module, offset), offset = return address - bias; or, outside of every
 *             module (JIT code), (MODULE_NONE, return address). Locations are numbered
 *             from 1 in the order in which they are first found.
 */
#ifndef OUTLIVE_TRACE_ADDRESS_MAP_H
#define OUTLIVE_TRACE_ADDRESS_MAP_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define MODULE_NONE UINT32_MAX
#define LOCATION_NONE 0u
#define TIME_NEVER UINT64_MAX

struct module {
	uint64_t start, end; /* return addresses in [start, end) */
	uint64_t bias;
	uint64_t time_from, time_to; /* quanta; loaded in [from, to) */
	uint32_t number;             /* index of the first definition of the same file */
	uint8_t build_id_bytes;
	uint8_t build_id[32];
	char *path; /* as the kernel named it; NUL-terminated, otherwise not checked */
};

struct location {
	uint32_t module; /* a module's number, or MODULE_NONE */
	uint64_t offset;
};

struct address_map;

struct address_map *address_map_new(void); /* NULL: no memory */
void address_map_free(struct address_map *map);

/*
 * Load the bytes of one definition chunk, without its header. Call in the order of tickets.
 * Skips records that are wrong or unknown. 0, or -1 and *error about the first wrong record
 * (the good ones are loaded all the same).
 */
int address_map_load(struct address_map *map, const uint8_t *data, size_t bytes,
                     struct error *error);

/*
 * Call after a load and before the next lookup. Locations keep their numbers. 0, or -1 when memory
 * is out.
 */
int address_map_seal(struct address_map *map);

/* The location of a return address at a time, or LOCATION_NONE when memory is out. */
uint32_t address_map_find(struct address_map *map, uint64_t address, uint64_t time);

/* The location with this module's number and offset, or LOCATION_NONE when memory is out. */
uint32_t address_map_locate(struct address_map *map, uint32_t module, uint64_t offset);

/* The first time after `time` at which a module was loaded or unloaded, or TIME_NEVER. */
uint64_t address_map_change_after(const struct address_map *map, uint64_t time);

size_t address_map_module_count(const struct address_map *map);
const struct module *address_map_module(const struct address_map *map, uint32_t number);

/* Locations 1 .. count - 1; number 0 is a location of no module at offset 0. */
size_t address_map_location_count(const struct address_map *map);
const struct location *address_map_location(const struct address_map *map,
                                            uint32_t number);

#endif
