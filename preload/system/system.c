/*
 * system/system.c - find out which system calls a filter allows.
 *
 * A filter is a program (seccomp(2), classic BPF). It is run here with each system call that
 * the recorder makes. A filter that checks instruction pointers or pointer arguments may forbid
 * more here than in the kernel, but not less: in doubt the recorder does without the call.
 */
#include "system/system.h"

#include <linux/filter.h>
#include <linux/seccomp.h>

#define STEPS_MAX 4096 /* BPF_MAXINSNS: jumps only go forward */
#define WORDS 16       /* BPF_MEMWORDS */

struct machine {
	uint32_t accumulator, index, memory[WORDS];
	struct seccomp_data data;
};

static uint32_t data_word(const struct machine *machine, uint32_t at)
{
	uint32_t word = 0;

	if (at <= sizeof(machine->data) - sizeof(word))
		memcpy(&word, (const char *)&machine->data + at, sizeof(word));
	return word;
}

static void load(struct machine *machine, const struct sock_filter *step, uint32_t *to)
{
	switch (BPF_MODE(step->code)) {
	case BPF_ABS: *to = data_word(machine, step->k); break;
	case BPF_IMM: *to = step->k; break;
	case BPF_MEM: *to = machine->memory[step->k % WORDS]; break;
	case BPF_LEN: *to = sizeof(machine->data); break;
	default: break;
	}
}

static uint32_t operand(const struct machine *machine, const struct sock_filter *step)
{
	return BPF_SRC(step->code) == BPF_X ? machine->index : step->k;
}

static void compute(struct machine *machine, const struct sock_filter *step)
{
	uint32_t *a = &machine->accumulator, x = operand(machine, step);

	switch (BPF_OP(step->code)) {
	case BPF_ADD: *a += x; break;
	case BPF_SUB: *a -= x; break;
	case BPF_MUL: *a *= x; break;
	case BPF_DIV: *a = x ? *a / x : 0; break;
	case BPF_AND: *a &= x; break;
	case BPF_OR: *a |= x; break;
	case BPF_XOR: *a ^= x; break;
	case BPF_LSH: *a = x < 32 ? *a << x : 0; break;
	case BPF_RSH: *a = x < 32 ? *a >> x : 0; break;
	case BPF_NEG: *a = -*a; break;
	default: break;
	}
}

/* Returns the number of steps to skip. */
static uint32_t jump(const struct machine *machine, const struct sock_filter *step)
{
	uint32_t a = machine->accumulator, x = operand(machine, step);
	bool is_true = false;

	switch (BPF_OP(step->code)) {
	case BPF_JA: return step->k;
	case BPF_JEQ: is_true = a == x; break;
	case BPF_JGT: is_true = a > x; break;
	case BPF_JGE: is_true = a >= x; break;
	case BPF_JSET: is_true = a & x; break;
	default: break;
	}
	return is_true ? step->jt : step->jf;
}

/*
 * Run the filter. Returns its action. Needs no checks: the kernel has checked the program, or
 * will refuse it.
 */
static uint32_t run(const struct sock_fprog *program, struct machine *machine)
{
	for (uint32_t at = 0; at < program->len && at < STEPS_MAX; at++) {
		const struct sock_filter *step = &program->filter[at];

		switch (BPF_CLASS(step->code)) {
		case BPF_LD: load(machine, step, &machine->accumulator); break;
		case BPF_LDX: load(machine, step, &machine->index); break;
		case BPF_ST: machine->memory[step->k % WORDS] = machine->accumulator; break;
		case BPF_STX: machine->memory[step->k % WORDS] = machine->index; break;
		case BPF_ALU: compute(machine, step); break;
		case BPF_JMP: at += jump(machine, step); break;
		case BPF_MISC:
			if (BPF_MISCOP(step->code) == BPF_TAX)
				machine->index = machine->accumulator;
			else
				machine->accumulator = machine->index;
			break;
		default: return BPF_RVAL(step->code) == BPF_A ? machine->accumulator : step->k;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}

/*
 * Our system calls whose arguments a filter may check. All other calls are tried with arguments
 * of 0.
 */
static const struct {
	uint16_t number;
	uint64_t arguments[4];
} calls[] = {
	{ SYS_madvise, { 0, ARCH_PAGE_BYTES, MADV_POPULATE_WRITE } },
	{ SYS_madvise, { 0, ARCH_PAGE_BYTES, MADV_WIPEONFORK } },
	{ SYS_mmap,
	  { 0, ARCH_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS } },
	{ SYS_mprotect, { 0, ARCH_PAGE_BYTES, PROT_NONE } },
	{ SYS_openat, { (uint64_t)AT_FDCWD, 0, O_RDONLY | O_CLOEXEC } },
	{ SYS_openat, { (uint64_t)AT_FDCWD, 0, O_PATH | O_CLOEXEC } },
	{ SYS_prctl, { PR_GET_NAME } },
	{ SYS_prctl, { PR_GET_SECCOMP } },
	{ SYS_clock_gettime, { CLOCK_MONOTONIC } },
	{ SYS_clock_gettime, { CLOCK_THREAD_CPUTIME_ID } },
	{ SYS_clock_gettime, { CLOCK_PROCESS_CPUTIME_ID } },
	{ SYS_rt_sigprocmask, { 2 /* SIG_SETMASK */ } },
	{ SYS_rt_sigaction, { 11 /* SIGSEGV */ } },
	{ SYS_socket, { AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK } },
};

static bool lets_pass(const struct sock_fprog *program, uint16_t number,
                      const uint64_t arguments[4])
{
	struct machine machine = { .data = { .nr = number, .arch = ARCH_AUDIT } };
	uint32_t action;

	memcpy(machine.data.args, arguments, 4 * sizeof(*arguments));
	action = run(program, &machine) & SECCOMP_RET_ACTION_FULL;
	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

static void forbid(struct system_filter *filter, uint16_t number)
{
	filter->forbidden[number / 64] |= UINT64_C(1) << number % 64;
}

void system_filter_add(struct system_filter *filter, const struct sock_fprog *program)
{
	static const uint64_t nothing[4];
	uint64_t listed[SYSTEM_CALLS / 64] = { 0 };

	filter->is_on = true;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		listed[calls[i].number / 64] |= UINT64_C(1) << calls[i].number % 64;
		if (!program || !lets_pass(program, calls[i].number, calls[i].arguments))
			forbid(filter, calls[i].number);
	}
	for (uint16_t number = 0; number < SYSTEM_CALLS; number++) {
		if (!(listed[number / 64] >> number % 64 & 1) &&
		    (!program || !lets_pass(program, number, nothing)))
			forbid(filter, number);
	}
}

uint64_t system_mapped_bytes(void)
{
	char text[64] = "";
	int fd = system_open("/proc/self/statm", O_RDONLY | O_CLOEXEC, 0);
	uint64_t pages = 0;

	if (fd < 0)
		return 0;
	system_read(fd, text, sizeof(text) - 1);
	system_close(fd);
	for (const char *at = text; *at >= '0' && *at <= '9'; at++)
		pages = pages * 10 + (uint64_t)(*at - '0');
	return pages * ARCH_PAGE_BYTES;
}
