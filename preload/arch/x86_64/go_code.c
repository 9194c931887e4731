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

/* mov %rax,labels(register), of any register but %rsp and %r12 */
uint16_t go_code_find_labels(struct go_code_range set)
{
	const uint8_t *at = (const uint8_t *)set.start;

	for (; (uintptr_t)at + 7 <= set.end; at++) {
		if ((at[0] == 0x48 || at[0] == 0x49) && at[1] == 0x89 &&
		    (at[2] & 0xf8) == 0x80 && (at[2] & 7) != 4 && value_at(at + 3) > 0 &&
		    value_at(at + 3) <= UINT16_MAX && value_at(at + 3) % 8 == 0)
			return (uint16_t)value_at(at + 3);
	}
	return 0;
}

/* ---- the profile of the heap -------------------------------------------------- */

/* The address that an instruction of `bytes` names relative to its end, at offset `at`. */
static uintptr_t named_by(const uint8_t *code, unsigned int at, unsigned int bytes)
{
	return (uintptr_t)code + bytes + (uintptr_t)(intptr_t)value_at(code + at);
}

/* cmpb $0,disabled; jcc; movq $0,rate */
static void schedinit_read(struct go_code_range range, struct go_heap_code *heap)
{
	const uint8_t *at = (const uint8_t *)range.start;

	for (; (uintptr_t)at + 20 <= range.end; at++) {
		if (!are_bytes(at, "\x80\x3d", 2) || at[6] || (at[7] & 0xf0) != 0x70 ||
		    !are_bytes(at + 9, "\x48\xc7\x05", 3) || value_at(at + 16))
			continue;
		heap->disabled = named_by(at, 2, 7);
		heap->rate = named_by(at + 9, 3, 11);
		return;
	}
}

/* movzbl disabled,reg; then a mov of a register to the rate. Up to 1.20. */
static void init_read(struct go_code_range range, struct go_heap_code *heap)
{
	const uint8_t *at = (const uint8_t *)range.start;

	heap->is_set_late = true;
	for (; (uintptr_t)at + INSTRUCTION_BYTES_MAX <= range.end; at++) {
		if (!heap->disabled && are_bytes(at, "\x0f\xb6\x05", 3)) {
			heap->disabled = named_by(at, 3, 7);
		} else if (heap->disabled && are_bytes(at, "\x48\x89\x05", 3)) {
			heap->rate = named_by(at, 3, 7);
			return;
		}
	}
}

/* The last mov of 32 bits from memory before the first shr $1. */
static void sample_read(struct go_code_range range, struct go_heap_code *heap)
{
	const uint8_t *at = (const uint8_t *)range.start;

	for (; (uintptr_t)at + INSTRUCTION_BYTES_MAX <= range.end; at++) {
		if (at[0] == 0xd1 && (at[1] & 0xf8) == 0xe8)
			return;
		if (at[0] == 0x8b && (at[1] & 0xc7) == 5 &&
		    ((uintptr_t)at == range.start || (at[-1] & 0xf0) != 0x40))
			heap->cycle = named_by(at, 2, 6);
	}
	heap->cycle = 0;
}

/* The first mov of 64 bits from memory; shl of the cycle's number by 5 or 4. */
static void flush_read(struct go_code_range range, struct go_heap_code *heap)
{
	const uint8_t *at = (const uint8_t *)range.start;

	for (; (uintptr_t)at + INSTRUCTION_BYTES_MAX <= range.end; at++) {
		if (!heap->buckets && at[0] == 0x48 && at[1] == 0x8b && (at[2] & 0xc7) == 5)
			heap->buckets = named_by(at, 3, 7);
		if (!heap->cycle_bytes && at[0] == 0x48 && at[1] == 0xc1 &&
		    (at[2] & 0xf8) == 0xe0 && (at[3] == 4 || at[3] == 5))
			heap->cycle_bytes = (uint8_t)(1 << at[3]);
	}
}

bool go_code_read_heap(struct go_code_range schedinit, struct go_code_range init,
                       struct go_code_range sample, struct go_code_range flush,
                       struct go_heap_code *heap)
{
	*heap = (struct go_heap_code){ 0 };
	schedinit_read(schedinit, heap);
	if (!heap->rate)
		init_read(init, heap);
	sample_read(sample, heap);
	flush_read(flush, heap);
	return heap->rate && heap->disabled && heap->cycle && heap->buckets &&
	       heap->cycle_bytes;
}

/* ---- the beginning ------------------------------------------------------------ */

void (*arch_go_main_run)(void);
uintptr_t arch_go_main_own;

/* mov variable(%rip),%rax; lea variable(%rip),%rdx; call *%rax: a function value is called. */
uintptr_t go_code_find_main(struct go_code_range start)
{
	const uint8_t *at = (const uint8_t *)start.start;
	uintptr_t found = 0;

	for (; (uintptr_t)at + INSTRUCTION_BYTES_MAX <= start.end; at++) {
		if (!are_bytes(at, "\x48\x8b\x05", 3) ||
		    !are_bytes(at + 7, "\x48\x8d\x15", 3) ||
		    !are_bytes(at + 14, "\xff\xd0", 2) ||
		    named_by(at, 3, 7) != named_by(at + 7, 3, 7))
			continue;
		if (found)
			return 0; /* two of them */
		found = named_by(at, 3, 7);
	}
	return found;
}

/* ---- the end ------------------------------------------------------------------ */

/* mov 8(%rsp),%edi; mov $exit_group,%eax; syscall; ret. Functions begin at multiples of 32. */
#define EXIT_CODE "\x8b\x7c\x24\x08\xb8\xe7\x00\x00\x00\x0f\x05\xc3"
#define EXIT_CODE_BYTES 12
#define FUNCTION_BYTES 32

bool go_code_is_exit(struct go_code_range exit)
{
	const uint8_t *at = (const uint8_t *)exit.start;

	if (!at || exit.start % FUNCTION_BYTES || exit.end < exit.start + EXIT_CODE_BYTES ||
	    !are_bytes(at, EXIT_CODE, EXIT_CODE_BYTES))
		return false;
	/* int3 up to the next function */
	for (int i = EXIT_CODE_BYTES; i < FUNCTION_BYTES; i++) {
		if (at[i] != 0xcc)
			return false;
	}
	return true;
}

go_exit_function *arch_go_exit_run;

void go_code_make_exit(uint8_t code[GO_EXIT_BYTES])
{
	/* mov 8(%rsp),%edi; movabs $target,%rax; jmp *%rax */
	static const uint8_t load[] = { 0x8b, 0x7c, 0x24, 0x08, 0x48, 0xb8 };
	static const uint8_t jump[] = { 0xff, 0xe0 };
	uintptr_t target = (uintptr_t)arch_go_exit;

	memcpy(code, load, sizeof(load));
	memcpy(code + sizeof(load), &target, sizeof(target));
	memcpy(code + sizeof(load) + sizeof(target), jump, sizeof(jump));
}
