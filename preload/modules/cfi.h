/*
 * modules/cfi.h - reads the call frame information of loaded modules for one purpose: how to
 * get from a frame to its caller, if that takes at most two loads.
 *
 * Sources: DWARF 5 section 6.4; the Linux Standard Base's .eh_frame and .eh_frame_hdr; the
 * processor's System V ABI for register numbers (arch.h).
 */
#ifndef OUTLIVE_PRELOAD_MODULES_CFI_H
#define OUTLIVE_PRELOAD_MODULES_CFI_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/cfi_rule.h"

/* The loaded object that contains an address. */
struct cfi_module {
	uintptr_t start, end;       /* of its mapping */
	const uint8_t *frame_table; /* its .eh_frame_hdr; NULL: none */
	const void *link_map;
};

/* False: no loaded object contains `address`. Takes no lock with glibc 2.35 or newer. */
bool cfi_module_find(uintptr_t address, struct cfi_module *module);

/* Returns the end of the code segment that contains `address`; NULL: none does. */
const uint8_t *cfi_module_code_end(const struct cfi_module *module, uintptr_t address);

/*
 * Whether `address` belongs to the dynamic loader. The loader's entry code, which calls the
 * constructors of libraries, has no call frame information.
 */
bool cfi_is_loader(uintptr_t address);

/*
 * Returns the rule for the call before `return_address`. Reads only the module's own tables,
 * within the module's bounds.
 */
struct cfi_rule cfi_rule_find(const struct cfi_module *module,
                              uintptr_t return_address);

/*
 * List the different personality routines of the module's frames, at most `count_max`. A
 * routine that cannot be read is listed as 0. Returns their number. Reads the whole table, so
 * call this once for each module.
 */
uint32_t cfi_module_personalities(const struct cfi_module *module, uintptr_t *routines,
                                  uint32_t count_max);

#endif
