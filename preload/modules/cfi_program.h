/*
 * modules/cfi_program.h - what the instructions of an FDE say of an address.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_CFI_PROGRAM_H
#define OUTLIVE_PRELOAD_MODULES_CFI_PROGRAM_H

#include "modules/cfi_reader.h"
#include "modules/cfi_rule.h"

/* The instructions that apply to the addresses from `start` on. */
struct cfi_program {
	struct cfi_reader initial, own; /* the CIE's, the FDE's */
	uintptr_t start;
	uint64_t code_align;
	int64_t data_align;
	uint8_t pointer_encoding;
};

/* The rule at `address`; CFI_COMPLEX also where an instruction is not known. */
struct cfi_rule cfi_program_rule(const struct cfi_program *program, uintptr_t address);

#endif
