/*
 * fault_handlers.c - a program sees the handlers and signal stacks that it has set, and no
 * others; its own handler of SIGSEGV works, and what it puts back is there.
 *
 * guards: the recorder's handler of faults is not seen
 * build: gcc -O2
 * build: clang -O0
 */
#include "exact.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

static sigjmp_buf escape;
static volatile sig_atomic_t caught;

static void on_fault(int number)
{
	(void)number;
	caught++;
	siglongjmp(escape, 1);
}

static void expect_default(int number, int is_untouched)
{
	struct sigaction old;
	unsigned char blocked = 0;

	memset(&old, 0x55, sizeof(old));
	check(sigaction(number, NULL, &old) == 0, "sigaction");
	for (size_t i = 0; i < 8; i++)
		blocked |= ((unsigned char *)&old.sa_mask)[i];
	/* What was set by signal() and its kin left other traces of its own. */
	check(old.sa_handler == SIG_DFL && !(is_untouched && (blocked || old.sa_flags)) &&
	          !(old.sa_flags & (SA_SIGINFO | SA_ONSTACK)),
	      "%d: %p %x", number, (void *)old.sa_handler, old.sa_flags);
}

static void expect_no_stack(void)
{
	stack_t old = { 0 };

	check(sigaltstack(NULL, &old) == 0, "sigaltstack");
	check(old.ss_flags == SS_DISABLE && !old.ss_sp && !old.ss_size, "flags %d",
	      old.ss_flags);
}

NOINLINE static void fault(void)
{
	allocate_here();
	*(volatile int *)8 = 1;
}

NOINLINE static int overflow(int depth)
{
	volatile char room[512];

	room[depth % 512] = 1;
	return overflow(depth + 1) + room[depth % 512];
}

static void recover(void (*fault_now)(void))
{
	int before = caught;

	if (sigsetjmp(escape, 1) == 0)
		fault_now();
	check(caught == before + 1, "not caught");
	allocate_here();
}

static void overflow_now(void)
{
	overflow(0);
}

static void *thread(void *argument)
{
	stack_t mine = { .ss_sp = malloc(65536), .ss_size = 65536 }, old;

	expect_no_stack();
	check(sigaltstack(&mine, &old) == 0 && old.ss_flags == SS_DISABLE, "first");
	recover(fault);
	recover(overflow_now);
	check(sigaltstack(&old, &mine) == 0 && mine.ss_size == 65536, "second");
	expect_no_stack();
	free(mine.ss_sp);
	return argument;
}

static int c11_thread(void *argument)
{
	expect_no_stack();
	allocate_here();
	return *(int *)argument;
}

/* A child that dies by what is the default. */
static void expect_child_dies(void (*set)(void), int by)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		set();
		fault();
		_exit(7);
	}
	check(waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	          WTERMSIG(status) == by,
	      "status %x", status);
}

static void set_nothing(void)
{
}

static void set_default(void)
{
	check(signal(SIGSEGV, SIG_DFL) == SIG_DFL, "default");
}

/* One shot: the second time nobody is there. */
static void set_once(void)
{
	check(sysv_signal(SIGSEGV, on_fault) == SIG_DFL, "once");
	recover(fault);
}

static void set_and_restore(void)
{
	struct sigaction old, mine = { .sa_handler = on_fault };

	check(sigaction(SIGSEGV, &mine, &old) == 0, "set");
	recover(fault);
	check(sigaction(SIGSEGV, &old, NULL) == 0, "restore");
	expect_default(SIGSEGV, 0);
}

int main(void)
{
	stack_t mine = { .ss_sp = malloc(65536), .ss_size = 65536 };
	struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_ONSTACK };
	int answer = 42, result = 0;
	pthread_t one;
	thrd_t other;

	exact_begin();
	expect_default(SIGSEGV, 1);
	expect_default(SIGBUS, 1);
	expect_no_stack();
	check(thrd_create(&other, c11_thread, &answer) == thrd_success &&
	          thrd_join(other, &result) == thrd_success && result == 42,
	      "thrd %d", result);
	expect_child_dies(set_nothing, SIGSEGV);
	expect_child_dies(set_default, SIGSEGV);
	expect_child_dies(set_once, SIGSEGV);
	expect_child_dies(set_and_restore, SIGSEGV);
	check(sigset(SIGBUS, SIG_HOLD) == SIG_DFL, "hold");
	check(sigset(SIGBUS, SIG_DFL) == SIG_HOLD, "was held");
	expect_default(SIGBUS, 0);
	check(ssignal(SIGBUS, on_fault) == SIG_DFL, "ssignal");
	check(signal(SIGBUS, SIG_IGN) == on_fault, "its own");
	check(sigaction(SIGSEGV, &action, NULL) == 0, "sigaction");
	check(sigaltstack(&mine, NULL) == 0, "sigaltstack");
	for (int i = 0; i < 20; i++) {
		recover(fault);
		recover(overflow_now);
		check(pthread_create(&one, NULL, thread, NULL) == 0, "thread");
		pthread_join(one, NULL);
	}
	check(signal(SIGSEGV, SIG_DFL) == on_fault, "its own");
	expect_default(SIGSEGV, 0);
	return exact_end();
}
