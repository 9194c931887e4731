/*
 * modules/unwinder.h - who, besides the processor, reads a module's return addresses.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_UNWINDER_H
#define OUTLIVE_PRELOAD_MODULES_UNWINDER_H

#include "modules/cfi.h"

enum module_unwinder {
	MODULE_UNWINDER_SHARED, /* the process's, whose throws we see; or none at all */
	MODULE_UNWINDER_OWN,    /* one linked into it: it throws without our knowing */
	MODULE_UNWINDER_ITSELF, /* the module is an unwinder */
	MODULE_UNWINDER_TABLES, /* its runtime looks its return addresses up in tables */
};

/* True if the module is an unwinder. Looks at its path alone. */
bool module_unwinder_is_itself(const struct cfi_module *module);

/* Reads the module's dynamic symbols and its call frame information: once a module. */
enum module_unwinder module_unwinder_of(const struct cfi_module *module);

#endif
