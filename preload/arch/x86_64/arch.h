/*
 * arch.h - what the recorder needs to know of the processor: system calls that leave errno
 * alone, the clock, the thread pointer, the layout of frames. x86-64.
 */
#ifndef OUTLIVE_ARCH_H
#define OUTLIVE_ARCH_H

#include <cpuid.h>
#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/audit.h>
#include <stdint.h>
#include <ucontext.h>
#include <x86intrin.h>

/* User addresses, and so return addresses, have 47 bits. */
#define ARCH_ADDRESS_BITS 47

#define ARCH_PAGE_BYTES UINT64_C(4096) /* of a page of memory */

/* DWARF's register numbers of the frame pointer, the stack pointer and the return address. */
enum { ARCH_DWARF_FP = 6, ARCH_DWARF_SP = 7, ARCH_DWARF_RA = 16 };

/* Distance in bytes of a frame's return address below its CFA. */
#define ARCH_RETURN_BELOW_CFA 8

/*
 * In a function that keeps a frame pointer: the slot of its return address, and its caller's
 * fp.
 */
#define ARCH_CALLER_SLOT() ((uintptr_t *)__builtin_frame_address(0) + 1)
#define ARCH_CALLER_FP() (*(const uintptr_t *)__builtin_frame_address(0))

/*
 * Returns the CFA of the frame whose return address is at `slot`: its caller's stack pointer.
 */
static inline uintptr_t arch_cfa_of(uintptr_t slot)
{
	return slot + ARCH_RETURN_BELOW_CFA;
}

static inline uintptr_t arch_slot_of(uintptr_t cfa)
{
	return cfa - ARCH_RETURN_BELOW_CFA;
}

/* ELF's names of this processor, and of the one whose 32-bit programs it runs. */
#define ARCH_MACHINE EM_X86_64
#define ARCH_MACHINE_32 EM_386

#define ARCH_AUDIT AUDIT_ARCH_X86_64 /* seccomp's name of this processor */

/* Relocations that fill a word with a function's address: of a call, of data, of the GOT. */
#define ARCH_RELOCATION_CALL R_X86_64_JUMP_SLOT
#define ARCH_RELOCATION_DATA R_X86_64_64
static inline bool arch_relocation_is_pointer(uint32_t type)
{
	return type == ARCH_RELOCATION_CALL || type == ARCH_RELOCATION_DATA ||
	       type == R_X86_64_GLOB_DAT;
}

/* Make a system call. Returns -errno on failure; libc's errno is not touched. */
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

/* Returns the time now, or possibly a little before earlier instructions have finished. */
static inline uint64_t arch_ticks(void)
{
	return __rdtsc();
}

/*
 * Returns the time after all earlier instructions have finished. The processor may run rdtsc
 * ahead of a stalled locked instruction. Then an allocation could be stamped before the free
 * that made room for it, which would swap the two.
 */
static inline uint64_t arch_ticks_after(void)
{
	__asm__ volatile("lfence" ::: "memory");
	return __rdtsc();
}

/* Whether ticks have the same rate in all power states and on all processors. */
static inline bool arch_ticks_are_invariant(void)
{
	unsigned int a, b, c, d;

	if (!__get_cpuid(0x80000007, &a, &b, &c, &d))
		return false;
	return (d & (1u << 8)) != 0;
}

/*
 * Returns the stack pointer that a jump to this jmp_buf of glibc's restores. It is the seventh
 * word, rotated and mixed with the word at %fs:0x30 (glibc,
 * sysdeps/unix/sysv/linux/x86_64/pointer_guard.h).
 */
static inline uintptr_t arch_jump_target(const void *environment)
{
	uintptr_t mangled = ((const uintptr_t *)environment)[6], guard_word;

	__asm__("mov %%fs:0x30, %0" : "=r"(guard_word));
	return (mangled >> 17 | mangled << 47) ^ guard_word;
}

/*
 * Returns the address of glibc's block of the thread, which pthread_self() gives, too. It is above
 * the stack that glibc made for the thread.
 */
static inline uintptr_t arch_thread_pointer(void)
{
	uintptr_t pointer;

	__asm__("mov %%fs:0, %0" : "=r"(pointer));
	return pointer;
}

/*
 * Write `value` into the word if it is 0; false: it is not. A signal comes before or after. Other
 * threads only read the word, so there is no lock prefix, which would take 18 cycles more.
 */
static inline bool arch_take(uintptr_t *word, uintptr_t value)
{
	uintptr_t old = 0;
	bool is_taken;

	__asm__ volatile("cmpxchg %[value], %[word]"
	                 : [word] "+m"(*word), "+a"(old), "=@ccz"(is_taken)
	                 : [value] "r"(value)
	                 : "memory");
	return is_taken;
}

/*
 * Whether the processor keeps its own copies of return addresses (CET): then none may be
 * changed.
 */
static inline bool arch_has_shadow_stack(void)
{
	uint64_t features = 0;

	/* arch_prctl(ARCH_SHSTK_STATUS): new in Linux 6.6, an error before. */
	return arch_syscall(158, 0x5005, (long)&features, 0, 0, 0, 0) == 0 &&
	       (features & 1);
}

/*
 * Read the registers of the interrupted code from the context that a signal handler is given.
 */
static inline void arch_context_registers(const void *context, uintptr_t *ip,
                                          uintptr_t *sp, uintptr_t *fp)
{
	const greg_t *registers = ((const ucontext_t *)context)->uc_mcontext.gregs;

	*ip = (uintptr_t)registers[REG_RIP];
	*sp = (uintptr_t)registers[REG_RSP];
	*fp = (uintptr_t)registers[REG_RBP];
}

/*
 * Size of the part of a signal frame that is the same whatever registers the processor has. The
 * kernel pushes it for a handler: the handler's return address and the interrupted context.
 */
#define ARCH_SIGNAL_FRAME_BYTES \
	(sizeof(uintptr_t) + offsetof(ucontext_t, uc_mcontext.fpregs))

#define EFLAGS_FIXED \
	(1 << 1 | 1 << 3 | 1 << 5 | 1 << 15) /* bits that the processor never changes */

/*
 * Whether all words at `at` are as the kernel writes them for code that it interrupted on the
 * same stack, not further out than `high`. `at` is aligned like a pointer.
 */
static inline bool arch_is_signal_frame(uintptr_t at, uintptr_t high)
{
	const ucontext_t *context = (const ucontext_t *)(at + sizeof(uintptr_t));
	const greg_t *registers = context->uc_mcontext.gregs;
	uintptr_t sp = (uintptr_t)registers[REG_RSP];

	return !context->uc_link && !(context->uc_flags >> 8) && sp > at && sp <= high &&
	       registers[REG_RIP] && (registers[REG_CSGSFS] & 3) == 3 && /* in user mode */
	       !(registers[REG_CSGSFS] & 0xffffffff0000) && /* gs and fs: it writes 0 */
	       (registers[REG_EFL] & EFLAGS_FIXED) == 2 &&  /* its other fixed bits are 0 */
	       !(registers[REG_EFL] >> 22);
}

#define ARCH_CALL_BYTES_MAX 7 /* without a prefix */

/*
 * Returns the length of a call through a register or memory (ff /2); 0: it is no call. `mode`
 * is the byte after the opcode (ModRM). `base` is the next one, which matters if it is a SIB
 * byte.
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

/*
 * Whether the instruction before `address` may be a call. ARCH_CALL_BYTES_MAX bytes before it
 * must be readable.
 */
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
