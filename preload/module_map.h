/*
 * module_map.h - tells the ring which loaded objects its addresses belong to. Layer 4.
 */
#ifndef OUTLIVE_MODULE_MAP_H
#define OUTLIVE_MODULE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "cfi.h"

#include "module_unwinder.h"

/*
 * Write a definition of `module` into the ring unless it is there already, and tell
 * *unwinder. False: it could not be written now (counted), so nothing about the module may
 * be cached: the next to meet it must try again. *unwinder holds all the same.
 */
bool module_map_note(const struct cfi_module *module, enum module_unwinder *unwinder);

/* After a dlclose: write down what is gone. True if anything is. `time`: quanta. */
bool module_map_sweep(uint64_t time);

/* A signal handler jumped out of the recorder on this thread: let others at it again. */
void module_map_abandon(void);

/* In a forked child: write everything that is known into the new ring. */
void module_map_forked(void);

#endif
