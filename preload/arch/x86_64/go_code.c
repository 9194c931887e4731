/*
 * go_code.c - read the machine code of Go's runtime. x86-64.
 *
 * Source: runtime/asm_amd64.s. The instructions that are searched for are the same in 1.19 to
 * 1.26; only the offsets in them differ.
 */
#include "go_code.h"

#include <string.h>

#define INSTRUCTION_BYTES_MAX 16

static int32_t value_at(const uint8_t *at)
{
	int32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static bool are_bytes(const uint8_t *at, const char *bytes, unsigned int count)
{
	return memcmp(at, bytes, count) == 0;
}

/* The load of the running goroutine, in its three forms: executable, PIE, library. */
static bool thread_g_read(const uint8_t *at, intptr_t *offset)
{
	if (are_bytes(at, "\x64\x48\x8b\x3c\x25", 5)) { /* mov %fs:offset,%rdi */
		*offset = value_at(at + 5);
		return true;
	}
	if (!are_bytes(at + 7, "\x64\x48\x8b\x39", 4)) /* mov %fs:(%rcx),%rdi */
		return false;
	if (are_bytes(at, "\x48\xc7\xc1", 3)) { /* mov $offset,%rcx */
		*offset = value_at(at + 3);
		return true;
	}
	if (are_bytes(at, "\x48\x8b\x0d", 3)) { /* mov entry(%rip),%rcx */
		memcpy(offset, at + 7 + value_at(at + 3), sizeof(*offset));
		return true;
	}
	return false;
}

static void asmcgocall_read(struct go_code_range range, struct go_code *code)
{
	const uint8_t *at = (const uint8_t *)range.start;

	for (; (uintptr_t)at + INSTRUCTION_BYTES_MAX <= range.end; at++) {
		if (!code->thread_g)
			thread_g_read(at, &code->thread_g);
		/* mov m_signal(%r8),%rsi */
		if (!code->m_signal && are_bytes(at, "\x49\x8b\x70", 3))
			code->m_signal = at[3];
		/* sub $bytes,%rsp; and $-16,%rsp */
		if (!code->saved_below && are_bytes(at, "\x48\x83\xec", 3) &&
		    are_bytes(at + 4, "\x48\x83\xe4\xf0", 4))
			code->saved_below = at[3];
	}
}

bool go_code_read(struct go_code_range asmcgocall, struct go_code_range systemstack,
                  struct go_code_range cgocall, struct go_code *code)
{
	const uint8_t *at = (const uint8_t *)systemstack.start;

	*code = (struct go_code){ 0 };
	asmcgocall_read(asmcgocall, code);
	/* cmp m_current(%rbx),%rax */
	for (; (uintptr_t)at + 7 <= systemstack.end && !code->m_current; at++) {
		if (are_bytes(at, "\x48\x3b\x83", 3))
			code->m_current = (uint16_t)value_at(at + 3);
	}
	/* incq m_calls(register), of the first eight registers or of the others */
	at = (const uint8_t *)cgocall.start;
	for (; (uintptr_t)at + 7 <= cgocall.end && !code->m_calls; at++) {
		if ((at[0] & 0xfe) == 0x48 && at[1] == 0xff && (at[2] & 0xf8) == 0x80 &&
		    (at[2] & 7) != 4)
			code->m_calls = (uint16_t)value_at(at + 3);
	}
	/* 64 up to 1.21, 16 since then. */
	if (code->saved_below == 64) {
		code->saved_g = 0x30;
		code->saved_depth = 0x28;
	} else {
		code->saved_g = 8;
		code->saved_depth = 0;
	}
	return code->thread_g && code->m_signal && code->m_current &&
	       (code->saved_below == 64 || code->saved_below == 16);
}
