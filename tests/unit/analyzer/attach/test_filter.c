/* test_filter.c - filters of system calls: instructions, several filters, what is needed. */
#include "attach/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct sock_filter code[64];
static struct filters filters = { .instructions = code };

static void add(const struct sock_filter *program, size_t length)
{
	memcpy(code + filters.used, program, length * sizeof(*program));
	filters.lengths[filters.count++] = length;
	filters.used += length;
}

static int clear(void **unused)
{
	(void)unused;
	filters.count = filters.used = 0;
	return 0;
}

static uint32_t run(uint32_t number, uint64_t argument)
{
	const uint64_t arguments[6] = { argument };

	return filters_run(&filters, number, arguments);
}

static void none_allows(void **unused)
{
	(void)unused;
	assert_int_equal(run(1, 0), SECCOMP_RET_ALLOW);
}

static void number_and_argument(void **unused)
{
	const struct sock_filter program[] = {
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 10, 0, 3),
		LOAD(args[0]),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 4, 0, 1),
		RETURN(SECCOMP_RET_ERRNO | EPERM),
		RETURN(SECCOMP_RET_ALLOW),
	};

	(void)unused;
	add(program, COUNT(program));
	assert_int_equal(run(10, 4), SECCOMP_RET_ERRNO | EPERM);
	assert_int_equal(run(10, 3), SECCOMP_RET_ALLOW);
	assert_int_equal(run(11, 4), SECCOMP_RET_ALLOW);
	/* the upper half is another word */
	assert_int_equal(run(10, UINT64_C(4) << 32), SECCOMP_RET_ALLOW);
}

static void knows_where_it_runs(void **unused)
{
	const struct sock_filter program[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		RETURN(SECCOMP_RET_ALLOW),
	};

	(void)unused;
	add(program, COUNT(program));
#ifdef __x86_64__
	assert_int_equal(run(1, 0), SECCOMP_RET_ALLOW);
#else
	assert_int_equal(run(1, 0), SECCOMP_RET_KILL_PROCESS);
#endif
}

/* What a program leaves in the accumulator is its answer. */
static void calculates(void **unused)
{
	static const struct {
		uint16_t operation;
		uint32_t by, wanted;
	} cases[] = {
		{ BPF_ADD, 5, 25 },  { BPF_SUB, 5, 15 },
		{ BPF_MUL, 5, 100 }, { BPF_DIV, 5, 4 },
		{ BPF_AND, 6, 4 },   { BPF_OR, 3, 23 },
		{ BPF_XOR, 21, 1 },  { BPF_LSH, 2, 80 },
		{ BPF_RSH, 2, 5 },   { BPF_NEG, 0, (uint32_t)-20 },
		{ BPF_LSH, 32, 0 },  { BPF_RSH, 40, 0 },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(cases); i++) {
		const struct sock_filter program[] = {
			BPF_STMT(BPF_LDX | BPF_IMM, cases[i].by),
			BPF_STMT(BPF_ST, 0), /* of nothing yet */
			BPF_STMT(BPF_LD | BPF_IMM, 20),
			BPF_STMT(BPF_ALU | cases[i].operation | BPF_X, 0),
			BPF_STMT(BPF_ST, 15),
			BPF_STMT(BPF_LDX | BPF_MEM, 15),
			BPF_STMT(BPF_MISC | BPF_TXA, 0),
			BPF_STMT(BPF_RET | BPF_A, 0),
		};

		clear(NULL);
		add(program, COUNT(program));
		assert_int_equal(run(1, 0), cases[i].wanted);
	}
}

/* The kernel admits no such program; here it must end, and allow nothing. */
static void wrong_ones_kill(void **unused)
{
	static const struct sock_filter wrong[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2),  /* not aligned */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), /* beyond the data */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)-4),
		BPF_STMT(BPF_LD | BPF_MEM, BPF_MEMWORDS),
		BPF_STMT(BPF_ST, BPF_MEMWORDS),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0),
		BPF_STMT(BPF_JMP | BPF_JA, 1000), /* past its end */
		BPF_STMT(BPF_JMP | BPF_JA, UINT32_MAX),
	};
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(wrong); i++) {
		const struct sock_filter program[] = { wrong[i], RETURN(SECCOMP_RET_ALLOW) };

		clear(NULL);
		add(program, COUNT(program));
		assert_int_equal(run(1, 0), SECCOMP_RET_KILL_PROCESS);
	}
	clear(NULL);
	add(wrong, 0); /* without a return */
	assert_int_equal(run(1, 0), SECCOMP_RET_KILL_PROCESS);
}

/* Of several, the strictest counts, whichever comes first. */
static void strictest_of_several(void **unused)
{
	static const uint32_t actions[] = {
		SECCOMP_RET_KILL_PROCESS,  SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP,
		SECCOMP_RET_ERRNO | EPERM, SECCOMP_RET_TRACE,       SECCOMP_RET_LOG,
		SECCOMP_RET_ALLOW
	};
	size_t i, k;

	(void)unused;
	for (i = 0; i < COUNT(actions); i++) {
		for (k = 0; k < COUNT(actions); k++) {
			const struct sock_filter one[] = { RETURN(actions[i]) };
			const struct sock_filter other[] = { RETURN(actions[k]) };

			clear(NULL);
			add(one, 1);
			add(other, 1);
			assert_int_equal(run(1, 0), actions[i < k ? i : k]);
		}
	}
}

static void check(uint32_t number, uint32_t action, const char *wanted)
{
	const struct sock_filter program[] = {
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		RETURN(action),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct error error = { .message = "" };

	clear(NULL);
	add(program, COUNT(program));
	assert_int_equal(filters_check(&filters, 7, &error), wanted ? -1 : 0);
	if (wanted)
		assert_non_null(strstr(error.message, wanted));
}

static void needed_calls(void **unused)
{
	(void)unused;
	check(SYS_mmap, SECCOMP_RET_ERRNO | EPERM,
	      "7: its filter of system calls (seccomp) forbids mmap()");
	check(SYS_clone, SECCOMP_RET_KILL_THREAD, "forbids clone()");
	check(SYS_futex, SECCOMP_RET_TRAP, "forbids futex()");
	check(SYS_openat, SECCOMP_RET_TRACE, "forbids openat()");
	/* glibc tries clone() after an error of clone3(), but not after its death */
	check(SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS, NULL);
	check(SYS_clone3, SECCOMP_RET_KILL_PROCESS, "forbids clone3()");
	check(SYS_mmap, SECCOMP_RET_LOG, NULL);
	check(SYS_reboot, SECCOMP_RET_KILL_PROCESS, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(none_allows, clear),
		cmocka_unit_test_setup(number_and_argument, clear),
		cmocka_unit_test_setup(knows_where_it_runs, clear),
		cmocka_unit_test_setup(calculates, clear),
		cmocka_unit_test_setup(wrong_ones_kill, clear),
		cmocka_unit_test_setup(strictest_of_several, clear),
		cmocka_unit_test(needed_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
