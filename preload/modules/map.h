/*
 * modules/map.h - tells the ring which loaded objects its addresses belong to.
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

/* Once, before the first module is noted. */
void module_map_start(void);

/*
 * Write a definition of `module` into the ring unless it is there already, and tell
 * *unwinder. False: it could not be written now (counted), so nothing about the module may
 * be cached: the next to meet it must try again. *unwinder holds all the same.
 */
bool module_map_note(const struct cfi_module *module, enum module_unwinder *unwinder);

/*
 * The module at `address` reads return addresses, which its symbols do not tell. False: no
 * module is there. What was cached about it must be forgotten.
 */
bool module_map_distrust(uintptr_t address);

/*
 * The loader has freed `block`. True if that may have been its description of a module that
 * is known: the module is gone then, and what was cached about it must be forgotten.
 */
bool module_map_freed(const void *block);

/* After a dlclose: write down what is gone. True if anything is. `time`: quanta. */
bool module_map_sweep(uint64_t time);

/*
 * In a forked child, after definitions_forked(): write everything that is known into the new
 * ring.
 */
void module_map_forked(void);

#endif
