/*
 * modules/cfi.h - call frame information of the loaded modules, read for one purpose: how to get
 * from a frame to its caller when that takes no more than two loads.
 *
 * Sources: DWARF 5 section 6.4; the Linux Standard Base's .eh_frame and .eh_frame_hdr;
 * System V ABI for x86-64, register numbers.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_CFI_H
#define OUTLIVE_PRELOAD_MODULES_CFI_H

#include <stdbool.h>
#include <stdint.h>

enum cfi_kind {
	CFI_NO_CODE, /* the address cannot be a return address: the walk ends before it */
	CFI_NONE,    /* no information covers the address: the walk ends here */
	CFI_SP,      /* CFA = sp + cfa_offset */
	CFI_BP,      /* CFA = rbp + cfa_offset */
	CFI_END,     /* the return address is undefined: the outermost frame */
	CFI_COMPLEX, /* anything else: expressions, other registers */
	CFI_SIGNAL,  /* a signal frame: what is further out was interrupted, not calling */
};

/*
 * The return address lies at CFA - 8 and the caller's sp is the CFA (CFI_SP, CFI_BP).
 * The caller's rbp is at CFA - bp_below, or unchanged if bp_below is 0.
 */
struct cfi_rule {
	enum cfi_kind kind;
	uint32_t cfa_offset;  /* a multiple of 8 */
	uint32_t bp_below;    /* a multiple of 8 */
	bool has_personality; /* exceptions may be caught in it, or run code of its */
};

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
