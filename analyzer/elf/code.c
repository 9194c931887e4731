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
                      uint64_t address, struct code_step *step)
{
	return machine == EM_X86_64 && code_x86_64_call_before(code, count, address, step);
}

/* Whether the function may be left by this instruction; it lies in [low, high). */
static bool is_way_out(const struct code_step *step, uint64_t low, uint64_t high)
{
	if (step->kind == CODE_JUMP || step->kind == CODE_BRANCH)
		return step->where != CODE_KNOWN || step->target < low || step->target >= high;
	return step->kind == CODE_RETURN;
}

bool code_never_returns(unsigned machine, const uint8_t *code, size_t count,
                        uint64_t address)
{
	uint64_t low = address, high = address + count;
	struct code_step step;

	if (!count)
		return false;
	while (address < high) {
		if (!code_decode(machine, code, high - address, address, &step) ||
		    is_way_out(&step, low, high))
			return false;
		code += step.bytes;
		address += step.bytes;
	}
	return true;
}
