/*
 * arch.h - what the preload needs from the processor: system calls that leave errno
 * alone, the clock, the thread pointer, where a frame's parts lie. x86-64.
 */
#ifndef OUTLIVE_ARCH_H
#define OUTLIVE_ARCH_H

#include <cpuid.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/audit.h>
#include <stdint.h>
#include <ucontext.h>
#include <x86intrin.h>

/* The highest user address + 1: a return address fits 47 bits. */
#define ARCH_ADDRESS_BITS 47

/* DWARF's numbers of the frame and stack pointers, and of the return address. */
enum { ARCH_DWARF_FP = 6, ARCH_DWARF_SP = 7, ARCH_DWARF_RA = 16 };

/* So far below a frame's CFA lies the address that it returns to. */
#define ARCH_RETURN_BELOW_CFA 8

/* In a function that keeps a frame pointer: where its return address lies, its caller's fp. */
#define ARCH_CALLER_SLOT() ((uintptr_t *)__builtin_frame_address(0) + 1)
#define ARCH_CALLER_FP() (*(const uintptr_t *)__builtin_frame_address(0))

/* The CFA of a frame whose return address lies at `slot`, which is the caller's stack pointer. */
static inline uintptr_t arch_cfa_of(uintptr_t slot)
{
	return slot + ARCH_RETURN_BELOW_CFA;
}

static inline uintptr_t arch_slot_of(uintptr_t cfa)
{
	return cfa - ARCH_RETURN_BELOW_CFA;
}

#define ARCH_AUDIT AUDIT_ARCH_X86_64 /* seccomp's name of this */

/* A system call, returning -errno on failure; the C library's errno is not touched. */
static inline long arch_syscall(long number, long a, long b, long c, long d, long e,
                                long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
	                 : "=a"(result)
	                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
	                 : "rcx", "r11", "memory");
	return result;
}

/* Now, but possibly a little before instructions that stand earlier in the program. */
static inline uint64_t arch_ticks(void)
{
	return __rdtsc();
}

/*
 * Now, after everything before it has been done: the processor may run rdtsc ahead of
 * a stalled locked instruction, and an alloc stamped before the free that made room
 * for it would put the two in the wrong order.
 */
static inline uint64_t arch_ticks_after(void)
{
	__asm__ volatile("lfence" ::: "memory");
	return __rdtsc();
}

/* True if ticks run at one rate in all power states and on all processors. */
static inline bool arch_ticks_are_invariant(void)
{
	unsigned int a, b, c, d;

	if (!__get_cpuid(0x80000007, &a, &b, &c, &d))
		return false;
	return (d & (1u << 8)) != 0;
}

/*
 * Where a jmp_buf of glibc's leads: its stack pointer is the seventh word, rotated and
 * mixed with the word at %fs:0x30 (glibc, sysdeps/unix/sysv/linux/x86_64/pointer_guard.h).
 */
static inline uintptr_t arch_jump_target(const void *environment)
{
	uintptr_t mangled = ((const uintptr_t *)environment)[6], guard_word;

	__asm__("mov %%fs:0x30, %0" : "=r"(guard_word));
	return (mangled >> 17 | mangled << 47) ^ guard_word;
}

/* Address of the thread control block; on a glibc thread it lies above its stack. */
static inline uintptr_t arch_thread_pointer(void)
{
	uintptr_t pointer;

	__asm__("mov %%fs:0, %0" : "=r"(pointer));
	return pointer;
}

/* True if the processor keeps return addresses of its own (CET): none may be changed. */
static inline bool arch_has_shadow_stack(void)
{
	uint64_t features = 0;

	/* arch_prctl(ARCH_SHSTK_STATUS); Linux 6.6, an error before. */
	return arch_syscall(158, 0x5005, (long)&features, 0, 0, 0, 0) == 0 &&
	       (features & 1);
}

/* Of what a signal handler is given: where the thread was interrupted. */
static inline void arch_context_registers(const void *context, uintptr_t *ip,
                                          uintptr_t *sp, uintptr_t *fp)
{
	const greg_t *registers = ((const ucontext_t *)context)->uc_mcontext.gregs;

	*ip = (uintptr_t)registers[REG_RIP];
	*sp = (uintptr_t)registers[REG_RSP];
	*fp = (uintptr_t)registers[REG_RBP];
}

/*
 * What the kernel pushes for a handler: where it returns to, and the context of what was
 * interrupted. So much of it, at least, is one whatever the processor's registers are.
 */
#define ARCH_SIGNAL_FRAME_BYTES \
	(sizeof(uintptr_t) + offsetof(ucontext_t, uc_mcontext.fpregs))

/*
 * Whether all words at `at`, aligned as a pointer, are as the kernel writes them for code that
 * it interrupted on the same stack, not further out than `high`.
 */
static inline bool arch_is_signal_frame(uintptr_t at, uintptr_t high)
{
	const ucontext_t *context = (const ucontext_t *)(at + sizeof(uintptr_t));
	const greg_t *registers = context->uc_mcontext.gregs;
	uintptr_t sp = (uintptr_t)registers[REG_RSP];

	return !context->uc_link && sp > at && sp <= high && registers[REG_RIP] &&
	       (registers[REG_CSGSFS] & 3) == 3 && /* code of a user */
	       (registers[REG_EFL] & 2) && !(registers[REG_EFL] >> 22);
}

#define ARCH_CALL_BYTES_MAX 7 /* without a prefix */

/*
 * How long a call by a register or by memory is (ff /2), of what follows its first byte: how
 * it addresses that, and a base for it, if that is asked for. 0: it is no call.
 */
static inline int arch_call_bytes(uint8_t mode, uint8_t base)
{
	uint8_t memory = mode & 7;

	if ((mode >> 3 & 7) != 2)
		return 0;
	switch (mode >> 6) {
	case 0:
		return memory == 5 || (memory == 4 && (base & 7) == 5) ? 6 + (memory == 4)
		                                                       : 2 + (memory == 4);
	case 1: return 3 + (memory == 4);
	case 2: return 6 + (memory == 4);
	default: return 2;
	}
}

/* True if the instruction before `address` can be a call; so many bytes can be read there. */
static inline bool arch_follows_call(uintptr_t address)
{
	const uint8_t *end = (const uint8_t *)address;

	if (end[-5] == 0xe8) /* relative */
		return true;
	for (int bytes = 2; bytes <= ARCH_CALL_BYTES_MAX; bytes++) {
		if (end[-bytes] == 0xff &&
		    arch_call_bytes(end[1 - bytes], end[2 - bytes]) == bytes)
			return true;
	}
	return false;
}

static inline void arch_pause(void)
{
	_mm_pause();
}

#endif
