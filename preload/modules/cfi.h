/*
 * modules/cfi.h - call frame information of the loaded modules, read for one purpose: how to get
 * from a frame to its caller when that takes no more than two loads.
 *
 * Sources: DWARF 5 section 6.4; the Linux Standard Base's .eh_frame and .eh_frame_hdr;
 * the processor's System V ABI, register numbers (arch.h).
 */
#ifndef OUTLIVE_PRELOAD_MODULES_CFI_H
#define OUTLIVE_PRELOAD_MODULES_CFI_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/cfi_rule.h"

/* The loaded object that an address belongs to. */
struct cfi_module {
	uintptr_t start, end;       /* of its mapping */
	const uint8_t *frame_table; /* its .eh_frame_hdr; NULL: none */
	const void *link_map;
};

/* False if no loaded object holds `address`. Lock-free where glibc is 2.35 or newer. */
bool cfi_module_find(uintptr_t address, struct cfi_module *module);

/* The end of the segment of code that holds `address`; NULL if it is not in one. */
const uint8_t *cfi_module_code_end(const struct cfi_module *module, uintptr_t address);

/*
 * True if `address` is the dynamic loader's. Its entry code, which calls the constructors
 * of libraries, has no call frame information.
 */
bool cfi_is_loader(uintptr_t address);

/*
 * The rule at `return_address`, that is for the call before it. Reads only the
 * module's own tables, within the module's bounds.
 */
struct cfi_rule cfi_rule_find(const struct cfi_module *module,
                              uintptr_t return_address);

/*
 * The different routines that decide what happens to an exception in the module's frames,
 * `count_max` of them at the most; one that cannot be read is 0. How many there are. Reads
 * all of the table: once a module.
 */
uint32_t cfi_module_personalities(const struct cfi_module *module, uintptr_t *routines,
                                  uint32_t count_max);

#endif
