/*
 * elf/code.h - what one machine instruction does to the flow of control.
 *
 * Each processor has a file of its own, code_<cpu>.c. Code of any other processor is not
 * known: then nothing is decoded.
 */
#ifndef OUTLIVE_ELF_CODE_H
#define OUTLIVE_ELF_CODE_H

#include "elf/code_step.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decode the instruction at `address`, of which `count` bytes are at `code`. False: it is none,
 * or the processor (`machine`, EM_*) is not known.
 */
bool code_decode(unsigned machine, const uint8_t *code, size_t count, uint64_t address,
                 struct code_step *step);

/* The most bytes that an instruction has, of all processors that are known. */
#define CODE_BYTES_MAX 15

/*
 * Whether the function whose code is the `count` bytes at `code` never returns to its caller: it
 * has neither a return nor a jump that may lead out of it. False also if that is not known.
 */
bool code_never_returns(unsigned machine, const uint8_t *code, size_t count,
                        uint64_t address);

/* Whether code of the processor can be decoded. */
bool code_is_known(unsigned machine);

/*
 * Whether a call may end after the `count` bytes at `code`; then *step is the call. `address` is
 * that of the next instruction, the return address. False: no call ends there.
 */
bool code_call_before(unsigned machine, const uint8_t *code, size_t count,
                      uint64_t address, struct code_step *step);

#endif
