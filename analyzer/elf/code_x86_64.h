/* elf/code_x86_64.h - elf/code.h for x86-64. */
#ifndef OUTLIVE_ELF_CODE_X86_64_H
#define OUTLIVE_ELF_CODE_X86_64_H

#include "elf/code_step.h"

#include <stddef.h>

/* Like code_decode() and code_call_before(). */
bool code_x86_64_decode(const uint8_t *code, size_t count, uint64_t address,
                        struct code_step *step);
bool code_x86_64_call_before(const uint8_t *code, size_t count, uint64_t address,
                             struct code_step *step);

#endif
