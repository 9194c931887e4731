/*
 * modules/unwinder.h - which code reads a module's return addresses, besides the processor.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_UNWINDER_H
#define OUTLIVE_PRELOAD_MODULES_UNWINDER_H

#include "modules/cfi.h"

enum module_unwinder {
	MODULE_UNWINDER_SHARED, /* the process's, whose throws we see; or none */
	MODULE_UNWINDER_OWN,    /* linked into it: we do not see its throws */
	MODULE_UNWINDER_ITSELF, /* the module is an unwinder */
	MODULE_UNWINDER_TABLES, /* its runtime has tables of return addresses */
};

/* Whether the module is an unwinder. Reads only its path. */
bool module_unwinder_is_itself(const struct cfi_module *module);

/* Reads the module's dynamic symbols and call frame information. Call once for each module. */
enum module_unwinder module_unwinder_of(const struct cfi_module *module);

#endif
