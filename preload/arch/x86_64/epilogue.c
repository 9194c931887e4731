/*
 * epilogue.c - read instructions up to a return. x86-64.
 *
 * This is a proof, not a guess. Whatever the function did before, these are the instructions
 * that it runs from here on, and only the last two of them move the stack pointer.
 */
#include "epilogue.h"

#include <stddef.h>

#define CALLS_MAX 2

bool epilogue_pops_fp(const uint8_t *code, const uint8_t *end)
{
	for (int calls = 0; end - code >= 7;) {
		if (code[0] == 0xe8 && calls++ < CALLS_MAX) /* call: balanced */
			code += 5;
		else if (code[0] == 0xc6 && code[1] == 0x05) /* movb $imm8, disp32(%rip) */
			code += 7;
		else /* pop %rbp; ret */
			return code[0] == 0x5d && code[1] == 0xc3;
	}
	return false;
}
