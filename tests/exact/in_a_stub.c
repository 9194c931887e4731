/*
 * in_a_stub.c - a signal comes between the two instructions of a stub, which has recorded
 * that it ran and has not jumped yet. The handler calls what returns to a hundred other
 * instructions: none of these may use the stub, or the thread returns there. The handler works
 * as it is, through code without call frame information (its walk ends before it comes to
 * the signal), first the one and then the other, and again and again.
 *
 * guards: if a walk ends before it meets a stub, reuse nothing
 * guards: a stub is not reused before it has run (to its end)
 * build: gcc -O2 nocfi.S
 * build: gcc -O0 nocfi.S
 * build: clang -O2 nocfi.S
 */
#include "hops.h"

#include <signal.h>
#include <ucontext.h>

extern void nocfi_call(void (*function)(long), long argument);

static volatile int way;
static volatile long in_stubs;

NOINLINE static void work(long depth)
{
	check(hop((int)depth) > 0, "hops");
}

static void on_step(int number, siginfo_t *info, void *context)
{
	uintptr_t ip = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];

	(void)number;
	(void)info;
	/* At the second: the first instruction of a stub is at a multiple of 16. */
	if (!is_stub(ip) || ip % 16 == 0)
		return;
	in_stubs++;
	switch (way) {
	case 0: work(99); break;
	case 1: nocfi_call(work, 99); break;
	case 2:
		nocfi_call(work, 3);
		work(99);
		break;
	case 3:
		work(1);
		for (int i = 0; i < 4; i++)
			work(99);
		break;
	case 4:
		for (int i = 0; i < 4; i++) {
			nocfi_call(work, 2);
			work(99);
		}
		break;
	}
}

/* Every frame has its stub before the stepping begins. */
NOINLINE static int plant(int depth)
{
	int result;

	allocate_here();
	if (depth) {
		result = plant(depth - 1);
		__asm__ volatile("" : "+r"(result));
		return result + 1;
	}
	__asm__ volatile(
		"leaq -128(%%rsp), %%rsp; pushfq; orq $0x100, (%%rsp); popfq; leaq 128(%%rsp), %%rsp" ::
			: "cc", "memory");
	return 0;
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };

	exact_begin();
	allocate_here();
	sigaction(SIGTRAP, &action, NULL);
	for (int round = 0; round < 50; round++) {
		int result;

		way = round % 5;
		result = plant(20);
		__asm__ volatile(
			"leaq -128(%%rsp), %%rsp; pushfq; andq $~0x100, (%%rsp); popfq; "
			"leaq 128(%%rsp), %%rsp" ::
				: "cc", "memory");
		check(result == 20, "%d", result);
	}
	check(!exact_recorded || in_stubs >= 50 * 20, "%ld stops", in_stubs);
	return exact_end();
}
