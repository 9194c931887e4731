/*
 * modules/map.h - records which loaded objects the addresses in the ring belong to.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_MAP_H
#define OUTLIVE_PRELOAD_MODULES_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/cfi.h"

#include "modules/unwinder.h"

/* The dynamic loader's mapping; empty until module_map_start(). */
extern uintptr_t loader_start, loader_bytes;

static inline bool loader_holds(uintptr_t address)
{
	return address - loader_start < loader_bytes;
}

/* Find the loader. Call once, before the first module is recorded. */
void module_map_start(void);

/*
 * Write a definition of `module` into the ring unless it is there already, and set *unwinder.
 * False: it could not be written now, which is counted. Then cache nothing about the module, so
 * that the next event that meets it tries again. *unwinder is valid all the same.
 */
bool module_map_add(const struct cfi_module *module, enum module_unwinder *unwinder);

/*
 * Record that the code of the module at `address` reads return addresses, which its symbols do
 * not show. False: there is no module. On success, forget what was cached about it.
 */
bool module_map_distrust(uintptr_t address);

/*
 * The loader has freed `block`. True if that may have been the description of a known module.
 * Then the module is gone: forget what was cached about it.
 */
bool module_map_freed(const void *block);

/*
 * Call after dlclose(): records the modules that are gone. True if there are any. `time`:
 * quanta.
 */
bool module_map_sweep(uint64_t time);

/*
 * Call in a forked child, after definitions_forked(): writes all known modules into the new
 * ring.
 */
void module_map_forked(void);

/*
 * Call when another recording begins, after definitions_forked(): writes the modules that are
 * still there into its ring, and forgets those that were unloaded meanwhile.
 */
void module_map_renew(void);

#endif
