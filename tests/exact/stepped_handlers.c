/*
 * stepped_handlers.c - a handler that allocates after every single instruction of functions
 * that have not met the allocator: of the program's, of libc's that keep their own return
 * address and use it again, or tell their caller by it, and of the loader that binds them.
 * All frames that it interrupts get their stubs at any time there is. -DIS_ELSEWHERE: on a
 * stack of its own.
 *
 * guards: patch only slots that were reached by CFI
 * build: gcc -O2 -Wl,-z,lazy -ldl
 * build: gcc -O0 -Wl,-z,lazy -ldl
 * build: gcc -O2 -fno-asynchronous-unwind-tables -fexceptions -Wl,-z,now -ldl
 * build: gcc -O2 -DIS_ELSEWHERE -Wl,-z,lazy -ldl
 * build: clang -O2 -Wl,-z,lazy -ldl
 * build: clang -O1 -fno-omit-frame-pointer -Wl,-z,now -ldl
 */
#include "exact.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>

#define STACK_BYTES 65536

#define step_begin()                                                                \
	__asm__ volatile("leaq -128(%%rsp), %%rsp; pushfq; orq $0x100, (%%rsp); popfq;" \
	                 "leaq 128(%%rsp), %%rsp" ::                                    \
	                     : "cc", "memory")
#define step_end()                                                                    \
	__asm__ volatile("leaq -128(%%rsp), %%rsp; pushfq; andq $~0x100, (%%rsp); popfq;" \
	                 "leaq 128(%%rsp), %%rsp" ::                                      \
	                     : "cc", "memory")

static volatile long steps;
static jmp_buf landing;
static ucontext_t context;

NOINLINE static int handler_work(int depth)
{
	char *text = malloc(20);
	int result = depth ? handler_work(depth - 1) + 1 : 0;

	free(text);
	return result;
}

static void on_step(int number, siginfo_t *info, void *interrupted)
{
	uintptr_t ip = (uintptr_t)((ucontext_t *)interrupted)->uc_mcontext.gregs[REG_RIP];

	(void)number;
	(void)info;
	steps++;
	/* The recorder does not record what interrupts it; but its stubs are no part of that. */
	if (!is_stub(ip) || *(const uint8_t *)ip == 0xc6 || *(const uint16_t *)ip == 0x25ff)
		check(handler_work(2) == 2, "work");
}

/* Takes every stub that has run, so that they stand for other frames than before. */
NOINLINE static int deep(int depth)
{
	int result;

	allocate_here();
	result = depth ? deep(depth - 1) : 0;
	__asm__ volatile("" : "+r"(result));
	return result + 1;
}

NOINLINE static int climb(int depth)
{
	int result = depth ? climb(depth - 1) : -1;

	__asm__ volatile("" : "+r"(result));
	return result + 1;
}

static int compare(const void *one, const void *other)
{
	return *(const int *)one - *(const int *)other;
}

NOINLINE static int sorted(void)
{
	int numbers[] = { 5, 3, 9, 1, 7 };

	qsort(numbers, 5, sizeof(*numbers), compare);
	return numbers[0] * 10000 + numbers[1] * 1000 + numbers[2] * 100 + numbers[3] * 10 +
	       numbers[4];
}

NOINLINE static int jumps(void)
{
	volatile int landed = 0;

	step_begin();
	if (setjmp(landing) < 3)
		landed++;
	step_end();
	check(deep(300) == 301, "deep");
	if (landed < 3)
		longjmp(landing, landed);
	return landed;
}

NOINLINE static int contexts(void)
{
	volatile int landed = 0;

	step_begin();
	getcontext(&context);
	step_end();
	landed++;
	check(deep(300) == 301, "deep");
	if (landed < 3)
		setcontext(&context);
	return landed;
}

NOINLINE static void *looked_up(void)
{
	void *found;

	step_begin();
	found = dlsym(RTLD_NEXT, "malloc");
	step_end();
	return found;
}

NOINLINE static void steps_of_all(void)
{
	char text[40];
	int result, order;

	step_begin();
	result = climb(12);
	order = sorted();
	snprintf(text, sizeof(text), "%d %s", result, "climbed");
	step_end();
	check(result == 12, "%d", result);
	check(order == 13579, "%d", order);
	check(strcmp(text, "12 climbed") == 0, "%s", text);
	check(jumps() == 3, "jumps");
	check(contexts() == 3, "contexts");
	check(looked_up() == dlsym(RTLD_NEXT, "malloc"), "another malloc");
	check(deep(300) == 301, "deep");
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };
#ifdef IS_ELSEWHERE
	stack_t elsewhere = { .ss_sp = malloc(STACK_BYTES), .ss_size = STACK_BYTES };

	check(sigaltstack(&elsewhere, NULL) == 0, "sigaltstack");
	action.sa_flags |= SA_ONSTACK;
#endif
	exact_begin();
	sigaction(SIGTRAP, &action, NULL);
	/* the first time binds the functions, the second finds them bound */
	for (int i = 0; i < (getenv("WHOLE") ? 4 : 2); i++)
		steps_of_all();
	check(steps > 2000, "%ld steps", steps);
	return exact_end();
}
