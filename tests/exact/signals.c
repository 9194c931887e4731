/*
 * signals.c - handlers that allocate while the thread returns over stubs: on the thread's
 * stack, on a signal stack, nested, on a signal stack that lies in a frame of the thread,
 * left by siglongjmp, and from a stack overflow. A timer interrupts at any instruction.
 *
 * guards: never patch a slot on a stack that is not the thread's own
 * build: gcc -O2
 * build: gcc -O0
 * build: clang -O2
 */
#include "exact.h"

#include <execinfo.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>

static volatile sig_atomic_t ticks, nested, overflows, shallow;
static sigjmp_buf escape;
static volatile int on_signal_stack;

NOINLINE static int handler_work(int depth)
{
	char *text = malloc(20 + (size_t)depth);
	int result;

	if (on_signal_stack)
		expect_no_stub();
	result = depth ? handler_work(depth - 1) + 1 : 0;
	free(text);
	return result;
}

static void on_nested(int number)
{
	check(handler_work(4) == 4, "work in %d", number);
	nested++;
	if (number == SIGUSR1)
		raise(SIGUSR2);
	allocate_here();
}

static void on_overflow(int number)
{
	(void)number;
	overflows++;
	check(handler_work(6) == 6, "work");
	siglongjmp(escape, 1);
}

NOINLINE static int overflow(int depth)
{
	volatile char room[4096];

	room[depth % 4096] = 1;
	if (depth % 256 == 0)
		allocate_here();
	return overflow(depth + 1) + room[depth % 4096];
}

NOINLINE static int climb(int depth)
{
	allocate_here();
	expect_stub();
	if (depth == 0) {
		raise(SIGUSR1);
		return 0;
	}
	return climb(depth - 1) + 1;
}

/* Returns over stubs as fast as it can, with a timer that goes off all the time. */
NOINLINE static long hurry(int depth)
{
	long one = 1;

	allocate_here();
	if (depth)
		one += hurry(depth - 1);
	return one;
}

static int is_in_main(const void *address);

static void tick_backtrace(int number)
{
	void *addresses[200];
	int count = backtrace(addresses, 200), found = 0;

	(void)number;
	/* Wherever it came, main is there. */
	for (int i = 0; i < count; i++)
		found |= is_in_main(addresses[i]);
	shallow += !found;
	ticks++;
}

NOINLINE static void hurry_until(int enough)
{
	struct itimerval interval = { { 0, 100 }, { 0, 100 } },
					 none = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = tick_backtrace, .sa_flags = SA_RESTART };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &interval, NULL);
	while (ticks < enough)
		for (int i = 0; i < 40; i++)
			check(hurry(i) == i + 1, "hurry %d", i);
	setitimer(ITIMER_REAL, &none, NULL);
}

static void stack_use(char *stack, size_t bytes)
{
	stack_t signal_stack = { .ss_sp = stack, .ss_size = bytes };
	check(sigaltstack(&signal_stack, NULL) == 0, "sigaltstack");
}

static void handlers_set(void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
}

NOINLINE static void with_own_array(void)
{
	char room[65536] __attribute__((aligned(64)));

	/* Its handler's frames lie inside the thread's bounds, and further out than climb's. */
	stack_use(room, sizeof(room));
	handlers_set(on_nested, SA_ONSTACK);
	on_signal_stack = 0;
	for (int i = 0; i < 500; i++)
		check(climb(i % 30) == i % 30, "climb %d", i);
	stack_t off = { .ss_flags = SS_DISABLE };
	sigaltstack(&off, NULL);
}

NOINLINE static int overflow_once(int depth)
{
	allocate_here();
	if (depth)
		return overflow_once(depth - 1) + 1;
	if (sigsetjmp(escape, 1) == 0)
		overflow(0);
	allocate_here();
	return 0;
}

int main(void)
{
	void *warm[4];
	char *stack = malloc(131072);
	struct sigaction action = { .sa_handler = on_overflow, .sa_flags = SA_ONSTACK };

	exact_begin();
	backtrace(warm, 4); /* it loads libgcc_s on first use */
	handlers_set(on_nested, 0);
	for (int i = 0; i < 500; i++)
		check(climb(i % 30) == i % 30, "climb %d", i);
	stack_use(stack, 131072);
	handlers_set(on_nested, SA_ONSTACK);
	on_signal_stack = 1;
	for (int i = 0; i < 500; i++)
		check(climb(i % 30) == i % 30, "climb %d", i);
	check(nested == 2000, "%d handlers", nested);
	with_own_array();
	stack_use(stack, 131072);
	on_signal_stack = 1;
	sigaction(SIGSEGV, &action, NULL);
	for (int i = 0; i < 5; i++)
		check(overflow_once(i) == i, "overflow");
	check(overflows == 5, "%d overflows", overflows);
	hurry_until(1000);
	check(shallow == 0, "%d backtraces were cut short", shallow);
	return exact_end();
}

static int is_in_main(const void *address)
{
	return (const char *)address > (const char *)main &&
	       (const char *)address < (const char *)main + 2048;
}
