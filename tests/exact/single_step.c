/*
 * single_step.c - a SIGTRAP after every single instruction of calls that return over stubs:
 * between the two of a stub as well. Each time the handler unwinds the whole stack, and
 * while the thread stands on a stub it also allocates.
 *
 * guards: unwinders see through it (also from between its two instructions)
 * build: gcc -O2
 * build: gcc -O0
 */
#include "exact.h"

#include <execinfo.h>
#include <signal.h>
#include <ucontext.h>

static volatile long steps, on_stubs, cut;

NOINLINE static int handler_work(int depth)
{
	char *text = malloc(20);
	int result = depth ? handler_work(depth - 1) + 1 : 0;

	free(text);
	return result;
}

static int is_in_main(void *address);

static void on_step(int number, siginfo_t *info, void *context)
{
	uintptr_t ip = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	void *addresses[200];
	int count, found = 0;

	(void)number;
	(void)info;
	steps++;
	if (!is_stub(ip) && steps % 16)
		return;
	count = backtrace(addresses, 200);
	for (int i = 0; i < count; i++)
		found |= is_in_main(addresses[i]);
	if (!found && cut++ < 5)
		printf("cut after %d frames at %s\n", count, is_stub(ip) ? "a stub" : "code");
	/* On a stub the heap is at rest. */
	if (is_stub(ip)) {
		on_stubs++;
		check(handler_work(3) == 3, "work");
	}
}

NOINLINE static int climb(int depth)
{
	int result = depth ? climb(depth - 1) : -1;

	__asm__ volatile("" : "+r"(result)); /* a call it must remain */
	return result + 1;
}

NOINLINE static int plant(int depth)
{
	int result;

	/* Every frame has its stub before the stepping begins: climb() adds none. */
	allocate_here();
	if (depth) {
		result = plant(depth - 1);
		__asm__ volatile("" : "+r"(result));
		return result + 1;
	}
	__asm__ volatile(
		"leaq -128(%%rsp), %%rsp; pushfq; orq $0x100, (%%rsp); popfq; leaq 128(%%rsp), %%rsp" ::
			: "cc", "memory");
	result = climb(10);
	return result - 10;
}

/*
 * The steps end where rsp is not what call frame information says: where it is by rbp, the
 * unwinder does not read a return address out of some local of main's.
 */
__attribute__((optimize("no-omit-frame-pointer"))) int main(void)
{
	struct sigaction action = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };
	void *warm[4];
	int result;

	exact_begin();
	allocate_here();
	backtrace(warm, 4);
	sigaction(SIGTRAP, &action, NULL);
	for (int round = 0; round < 20; round++) {
		result = plant(30);
		__asm__ volatile(
			"leaq -128(%%rsp), %%rsp; pushfq; andq $~0x100, (%%rsp); popfq; "
			"leaq 128(%%rsp), %%rsp" ::
				: "cc", "memory");
		check(result == 30, "%d", result);
	}
	check(steps > 1000, "%ld steps", steps);
	/* Each return from plant() stops twice: at the stub, and before its jump. */
	check(!exact_recorded || on_stubs >= 20 * 30 * 2, "%ld stops on stubs", on_stubs);
	check(cut == 0, "%ld backtraces were cut short", cut);
	return exact_end();
}

static int is_in_main(void *address)
{
	return (char *)address > (char *)main && (char *)address < (char *)main + 1024;
}
