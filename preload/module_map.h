/*
 * module_map.h - tells the ring which loaded objects its addresses belong to. Layer 5.
 */
#ifndef OUTLIVE_MODULE_MAP_H
#define OUTLIVE_MODULE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "cfi.h"

#include "module_unwinder.h"

/*
 * Write a definition of `module` into the ring unless it is there already, and tell
 * *unwinder. False: it could not be written now (counted); what depends on it must not be
 * cached, and *unwinder stays as it was.
 */
bool module_map_note(const struct cfi_module *module, enum module_unwinder *unwinder);

/*
 * Set when a module came or went that the last picture of the address space may not show; by
 * whoever takes the next one it is cleared.
 */
extern volatile bool module_map_has_changed;

/* After a dlclose: write down what is gone. True if anything is. `time`: quanta. */
bool module_map_sweep(uint64_t time);

/* In a forked child, after definitions_forked(): write everything that is known into the new ring. */
void module_map_forked(void);

#endif
