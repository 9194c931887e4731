/*
 * attach/filter.c - runs classic BPF as the kernel does for seccomp (linux/seccomp.h, net/core/
 * filter.c): the data is struct seccomp_data, read as aligned words. What is not allowed there ends
 * the program as killed.
 */
#include "attach/filter.h"

#include "base/array.h"

#include <elf.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#endif
#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif
#ifndef SECCOMP_RET_LOG
#define SECCOMP_RET_LOG 0x7ffc0000U
#endif

#if defined(__x86_64__)
#define AUDIT_HERE AUDIT_ARCH_X86_64
#else
#define AUDIT_HERE AUDIT_ARCH_AARCH64
#endif

#define INSTRUCTIONS_MAX 32768
#define THREAD_FLAGS                                                    \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

/* ---- reading ---- */

static long filter_get(pid_t tid, size_t index, struct sock_filter *into)
{
	return ptrace((enum __ptrace_request)PTRACE_SECCOMP_GET_FILTER, tid,
	              (void *)(uintptr_t)index, into);
}

int filters_read(struct filters *filters, pid_t tid)
{
	const size_t room = sizeof(filters->lengths) / sizeof(filters->lengths[0]);
	long length;

	memset(filters, 0, sizeof(*filters));
	while (filters->count < room) {
		length = filter_get(tid, filters->count, NULL);
		if (length < 0)
			return errno == ENOENT && filters->count ? 0 : -1;
		if (length > INSTRUCTIONS_MAX ||
		    array_reserve(filters->instructions, filters->capacity,
		                  filters->used + (size_t)length)) {
			errno = ENOMEM;
			return -1;
		}
		if (filter_get(tid, filters->count, filters->instructions + filters->used) !=
		    length)
			return -1;
		filters->lengths[filters->count++] = (size_t)length;
		filters->used += (size_t)length;
	}
	errno = E2BIG;
	return -1;
}

void filters_release(struct filters *filters)
{
	free(filters->instructions);
	memset(filters, 0, sizeof(*filters));
}

/* ---- running ---- */

struct machine {
	uint32_t a, x, memory[BPF_MEMWORDS];
	const struct seccomp_data *data;
	bool is_wrong;
};

static uint32_t word_load(struct machine *machine, uint32_t offset)
{
	uint32_t word = 0;

	if (offset % 4 || offset > sizeof(*machine->data) - sizeof(word))
		machine->is_wrong = true;
	else
		memcpy(&word, (const char *)machine->data + offset, sizeof(word));
	return word;
}

static uint32_t value_load(struct machine *machine, const struct sock_filter *at)
{
	switch (BPF_MODE(at->code)) {
	case BPF_IMM: return at->k;
	case BPF_ABS: return word_load(machine, at->k);
	case BPF_LEN: return sizeof(*machine->data);
	case BPF_MEM:
		if (at->k < BPF_MEMWORDS)
			return machine->memory[at->k];
		break;
	default: break;
	}
	machine->is_wrong = true;
	return 0;
}

static uint32_t calculate(struct machine *machine, const struct sock_filter *at)
{
	uint32_t a = machine->a, b = BPF_SRC(at->code) == BPF_X ? machine->x : at->k;

	switch (BPF_OP(at->code)) {
	case BPF_ADD: return a + b;
	case BPF_SUB: return a - b;
	case BPF_MUL: return a * b;
	case BPF_AND: return a & b;
	case BPF_OR: return a | b;
	case BPF_XOR: return a ^ b;
	case BPF_LSH: return b < 32 ? a << b : 0;
	case BPF_RSH: return b < 32 ? a >> b : 0;
	case BPF_NEG: return -a;
	case BPF_DIV:
		if (b)
			return a / b;
		break;
	default: break;
	}
	machine->is_wrong = true;
	return 0;
}

/* How many instructions to skip. */
static uint32_t jump(struct machine *machine, const struct sock_filter *at)
{
	uint32_t a = machine->a, b = BPF_SRC(at->code) == BPF_X ? machine->x : at->k;
	bool holds = false;

	switch (BPF_OP(at->code)) {
	case BPF_JA: return at->k;
	case BPF_JEQ: holds = a == b; break;
	case BPF_JGT: holds = a > b; break;
	case BPF_JGE: holds = a >= b; break;
	case BPF_JSET: holds = a & b; break;
	default: machine->is_wrong = true;
	}
	return holds ? at->jt : at->jf;
}

static void store(struct machine *machine, const struct sock_filter *at, uint32_t value)
{
	if (at->k < BPF_MEMWORDS)
		machine->memory[at->k] = value;
	else
		machine->is_wrong = true;
}

static uint32_t program_run(const struct sock_filter *program, size_t length,
                            const struct seccomp_data *data)
{
	struct machine machine = { .data = data };
	size_t at;

	for (at = 0; at < length && !machine.is_wrong; at++) {
		const struct sock_filter *now = &program[at];

		switch (BPF_CLASS(now->code)) {
		case BPF_LD: machine.a = value_load(&machine, now); break;
		case BPF_LDX: machine.x = value_load(&machine, now); break;
		case BPF_ST: store(&machine, now, machine.a); break;
		case BPF_STX: store(&machine, now, machine.x); break;
		case BPF_ALU: machine.a = calculate(&machine, now); break;
		case BPF_JMP: at += jump(&machine, now); break;
		case BPF_RET: return BPF_RVAL(now->code) == BPF_A ? machine.a : now->k;
		default: /* BPF_MISC */
			if (BPF_MISCOP(now->code) == BPF_TXA)
				machine.a = machine.x;
			else
				machine.x = machine.a;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}

/* The action of several filters is the one that is lowest as a signed number. */
uint32_t filters_run(const struct filters *filters, uint32_t number,
                     const uint64_t arguments[6])
{
	const struct sock_filter *program = filters->instructions;
	struct seccomp_data data = { .nr = (int)number, .arch = AUDIT_HERE };
	uint32_t result = SECCOMP_RET_ALLOW, one;
	size_t i;

	memcpy(data.args, arguments, sizeof(data.args));
	for (i = 0; i < filters->count; i++) {
		one = program_run(program, filters->lengths[i], &data);
		if ((int32_t)(one & 0xffff0000U) < (int32_t)(result & 0xffff0000U))
			result = one;
		program += filters->lengths[i];
	}
	return result;
}

/* ---- what is needed ---- */

/* A call, with such arguments as filters examine. */
struct needed {
	uint32_t number;
	bool may_fail; /* an error is enough: whoever calls does without */
	const char *name;
	uint64_t arguments[6];
};

#define CALL(name, ...)           \
	{                             \
		SYS_##name, false, #name, \
		{                         \
			__VA_ARGS__           \
		}                         \
	}
#define MAY_FAIL(name, ...)      \
	{                            \
		SYS_##name, true, #name, \
		{                        \
			__VA_ARGS__          \
		}                        \
	}

static const struct needed needed[] = {
	CALL(mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
	     (uint64_t)-1),
	CALL(mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	     (uint64_t)-1),
	CALL(mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, 3),
	CALL(mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 3),
	CALL(munmap, 4096, 4096),
	CALL(mprotect, 4096, 4096, PROT_READ | PROT_WRITE),
	CALL(mprotect, 4096, 4096, PROT_READ),
	CALL(clone, THREAD_FLAGS),
	MAY_FAIL(clone3),
	CALL(exit),
	CALL(futex),
	CALL(openat, (uint64_t)-100, 4096, 02000000),
	CALL(read, 3),
	CALL(close, 3),
	CALL(fstat, 3),
	CALL(newfstatat, 3),
	CALL(pread64, 3),
	CALL(ftruncate, 3),
	CALL(rt_sigprocmask),
	CALL(nanosleep),
	CALL(getpid),
	CALL(gettid),
	MAY_FAIL(clock_gettime),
	MAY_FAIL(set_robust_list),
	MAY_FAIL(rseq),
	MAY_FAIL(madvise, 4096, 4096, 23),
	MAY_FAIL(prctl, 15),
	MAY_FAIL(membarrier, 1),
	MAY_FAIL(process_vm_readv),
	MAY_FAIL(readlinkat),
	MAY_FAIL(getppid),
	MAY_FAIL(getuid),
	MAY_FAIL(prlimit64),
	MAY_FAIL(getrandom),
	MAY_FAIL(fallocate, 3),
	MAY_FAIL(faccessat),
	MAY_FAIL(statx),
	MAY_FAIL(getcwd),
	MAY_FAIL(socket, 1, 5),
	MAY_FAIL(renameat2),
	MAY_FAIL(unlinkat),
	MAY_FAIL(mremap),
	MAY_FAIL(sched_yield),
	MAY_FAIL(mincore),
	MAY_FAIL(geteuid),
	MAY_FAIL(getegid),
	MAY_FAIL(kill),
	MAY_FAIL(connect, 3),
	MAY_FAIL(sendto, 3),
	MAY_FAIL(sendmsg, 3),
	MAY_FAIL(recvmsg, 3),
	MAY_FAIL(ppoll),
	MAY_FAIL(fstatfs, 3),
};

static bool is_allowed(const struct needed *call, uint32_t action)
{
	switch (action & 0xffff0000U) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG: return true;
	case SECCOMP_RET_ERRNO: return call->may_fail;
	default: return false;
	}
}

int filters_check(const struct filters *filters, pid_t pid, struct error *error)
{
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!is_allowed(&needed[i],
		                filters_run(filters, needed[i].number, needed[i].arguments)))
			return error_set(
				error,
				"%d: its filter of system calls (seccomp) forbids %s(), which "
				"an attach needs: record it from its start (outlive run)",
				(int)pid, needed[i].name);
	}
	return 0;
}
