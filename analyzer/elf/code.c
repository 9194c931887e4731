/* elf/code.c - chooses the decoder of the processor. */
#include "elf/code.h"

#include "elf/code_x86_64.h"

#include <elf.h>

bool code_is_known(unsigned machine)
{
	return machine == EM_X86_64;
}

bool code_decode(unsigned machine, const uint8_t *code, size_t count, uint64_t address,
                 struct code_step *step)
{
	return machine == EM_X86_64 && code_x86_64_decode(code, count, address, step);
}

bool code_call_before(unsigned machine, const uint8_t *code, size_t count,
                      uint64_t address, uint64_t *target)
{
	*target = 0;
	return machine == EM_X86_64 &&
	       code_x86_64_call_before(code, count, address, target);
}
