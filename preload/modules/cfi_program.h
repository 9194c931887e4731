/*
 * modules/cfi_program.h - the instructions of an FDE, and the rule that they give for an
 * address.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_CFI_PROGRAM_H
#define OUTLIVE_PRELOAD_MODULES_CFI_PROGRAM_H

#include "modules/cfi_reader.h"
#include "modules/cfi_rule.h"

/* The instructions for the addresses from `start` on. */
struct cfi_program {
	struct cfi_reader initial, own; /* of the CIE and of the FDE */
	uintptr_t start;
	uint64_t code_align;
	int64_t data_align;
	uint8_t pointer_encoding;
};

/* Returns the rule at `address`; CFI_COMPLEX also for an unknown instruction. */
struct cfi_rule cfi_program_rule(const struct cfi_program *program, uintptr_t address);

#endif
