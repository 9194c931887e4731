/*
 * fault_actions.c - whatever a program sets for SIGSEGV, it reads back, and its handler is
 * called with the mask, the stack and the siginfo that it asked for: by faults and by kill(),
 * the first time and later; a vfork()ed child and other threads set theirs without harm.
 *
 * guards: the recorder's handler comes before the program's without a trace
 * build: gcc -O2
 * build: clang -O0
 */
#include "exact.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static sigjmp_buf escape;
static volatile sig_atomic_t calls, seen_code, on_signal_stack, usr1_blocked,
	own_blocked;
static void *volatile seen_address;
static char *volatile page;
static char room[65536];
static int flags_now;

static void look(int number)
{
	sigset_t mask;
	stack_t stack;
	char here;

	calls++;
	check(sigprocmask(SIG_BLOCK, NULL, &mask) == 0, "mask");
	usr1_blocked = sigismember(&mask, SIGUSR1);
	own_blocked = sigismember(&mask, number);
	on_signal_stack = &here >= room && &here < room + sizeof(room);
	check(sigaltstack(NULL, &stack) == 0, "stack");
	check(!(stack.ss_flags & SS_ONSTACK) == !on_signal_stack, "stack flags %d",
	      stack.ss_flags);
}

static void plain(int number)
{
	look(number);
	seen_code = 0;
	mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static void informed(int number, siginfo_t *info, void *context)
{
	look(number);
	check(info->si_signo == number && context != NULL, "information");
	seen_code = info->si_code;
	seen_address = info->si_addr;
	mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static void jump(int number)
{
	(void)number;
	calls++;
	siglongjmp(escape, 1);
}

static struct sigaction action_of(int flags)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_flags = flags;
	sigaddset(&action.sa_mask, SIGUSR1);
	if (flags & SA_SIGINFO)
		action.sa_sigaction = informed;
	else
		action.sa_handler = plain;
	return action;
}

static void expect_read_back(const struct sigaction *action)
{
	struct sigaction now;

	memset(&now, 0x55, sizeof(now));
	check(sigaction(SIGSEGV, NULL, &now) == 0, "read back");
	check(now.sa_handler == action->sa_handler, "handler %p", (void *)now.sa_handler);
	/* libc adds one of its own. */
	check((now.sa_flags & ~0x04000000) == action->sa_flags, "flags %x, not %x",
	      now.sa_flags, action->sa_flags);
	check(sigismember(&now.sa_mask, SIGUSR1) == 1 &&
	          sigismember(&now.sa_mask, SIGUSR2) == 0,
	      "mask");
}

NOINLINE static void expect_called(int code)
{
	int before = calls;

	allocate_here();
	if (code == SEGV_ACCERR) {
		mprotect(page, 4096, PROT_NONE);
		page[100] = 1;
		check(!(flags_now & SA_SIGINFO) || seen_address == page + 100, "address %p",
		      seen_address);
	} else if (code == SI_TKILL) {
		raise(SIGSEGV);
	} else {
		kill(getpid(), SIGSEGV);
	}
	check(calls == before + 1, "%d calls", calls - before);
	check(!(flags_now & SA_SIGINFO) || seen_code == code, "code %d, not %d",
	      (int)seen_code, code);
	check(!on_signal_stack == !(flags_now & SA_ONSTACK), "on another stack, %x",
	      flags_now);
	check(usr1_blocked == 1 && own_blocked == !(flags_now & SA_NODEFER),
	      "blocked %d %d", (int)usr1_blocked, (int)own_blocked);
}

static void try_flags(int flags)
{
	struct sigaction action = action_of(flags), old;

	flags_now = flags;
	check(sigaction(SIGSEGV, &action, NULL) == 0, "set");
	expect_read_back(&action);
	if (flags & SA_RESETHAND) {
		expect_called(SEGV_ACCERR);
		check(sigaction(SIGSEGV, NULL, &old) == 0 && old.sa_handler == SIG_DFL &&
		          (old.sa_flags & ~0x04000000) == flags,
		      "once: %p %x", (void *)old.sa_handler, old.sa_flags);
		check(sigaction(SIGSEGV, &action, NULL) == 0, "once more");
		expect_called(SI_TKILL);
		return;
	}
	expect_called(SI_USER);
	expect_called(SEGV_ACCERR);
	expect_read_back(&action);
	expect_called(SI_TKILL);
	expect_called(SEGV_ACCERR);
	action.sa_handler = SIG_DFL;
	check(sigaction(SIGSEGV, &action, &old) == 0, "default");
	check(old.sa_flags == (int)(flags | 0x04000000), "old flags %x", old.sa_flags);
	expect_read_back(&action);
}

/* Its handlers are its own, though its memory is its parent's. */
NOINLINE static void try_vfork(void)
{
	struct sigaction action = action_of(SA_SIGINFO | SA_ONSTACK), other = action_of(0);
	int status = 0;
	pid_t child;

	flags_now = action.sa_flags;
	check(sigaction(SIGSEGV, &action, NULL) == 0, "set");
	child = vfork();
	if (child == 0) {
		struct sigaction mine;

		sigaction(SIGSEGV, NULL, &mine);
		if (mine.sa_sigaction != informed)
			_exit(1);
		signal(SIGSEGV, SIG_DFL);
		sigaction(SIGSEGV, &other, &mine);
		if (mine.sa_handler != SIG_DFL)
			_exit(2);
		sigaction(SIGSEGV, NULL, &mine);
		_exit(mine.sa_handler == plain ? 0 : 3);
	}
	check(waitpid(child, &status, 0) == child && status == 0, "child %x", status);
	expect_read_back(&action);
	expect_called(SEGV_ACCERR);
}

NOINLINE static void try_fork(void)
{
	struct sigaction action = action_of(SA_SIGINFO | SA_ONSTACK);
	int status = 0;
	pid_t child;

	check(sigaction(SIGSEGV, &action, NULL) == 0, "set");
	child = fork();
	if (child == 0) {
		expect_read_back(&action);
		expect_called(SEGV_ACCERR);
		expect_called(SEGV_ACCERR);
		action = action_of(flags_now = 0);
		check(sigaction(SIGSEGV, &action, NULL) == 0, "set");
		expect_called(SEGV_ACCERR);
		expect_read_back(&action);
		check(signal(SIGSEGV, SIG_DFL) == plain, "its own");
		page[0] = 0;
		*(volatile int *)8 = 1;
		_exit(0);
	}
	check(waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	          WTERMSIG(status) == SIGSEGV,
	      "child %x", status);
}

/* A handler that is in the way for the first time lets system calls go on, or fail, as the
 * program's would. */
NOINLINE static void try_read(int flags, int interrupts, bool goes_on)
{
	struct sigaction action = action_of(flags | SA_SIGINFO);
	int ends[2];
	char byte = 0;

	check(sigaction(SIGSEGV, &action, NULL) == 0 && pipe(ends) == 0, "set");
	if (interrupts >= 0)
		siginterrupt(SIGSEGV, interrupts);
	for (int i = 0; i < 2; i++) {
		pid_t parent = getpid(), child = fork();
		ssize_t count;

		if (child == 0) {
			usleep(100000);
			kill(parent, SIGSEGV);
			usleep(100000);
			_exit(write(ends[1], "x", 1) != 1);
		}
		count = read(ends[0], &byte, 1);
		check(goes_on ? count == 1 : count < 0 && errno == EINTR, "%x %d: read %zd",
		      flags, interrupts, count);
		if (count < 0)
			check(read(ends[0], &byte, 1) == 1, "read");
		waitpid(child, NULL, 0);
	}
	sigaction(SIGSEGV, NULL, &action);
	check(!(action.sa_flags & SA_RESTART) == !goes_on, "flags %x", action.sa_flags);
	close(ends[0]);
	close(ends[1]);
}

static void *setter(void *argument)
{
	struct sigaction action = { .sa_handler = jump, .sa_flags = SA_NODEFER };

	for (int i = 0; i < 3000; i++) {
		action.sa_flags = i % 2 ? SA_NODEFER : SA_NODEFER | SA_ONSTACK;
		sigaction(SIGSEGV, &action, NULL);
	}
	return argument;
}

/* While two threads set handlers, this one faults. */
NOINLINE static void try_threads(void)
{
	struct sigaction action = { .sa_handler = jump, .sa_flags = SA_NODEFER };
	pthread_t threads[2];

	sigaction(SIGSEGV, &action, NULL);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, setter, NULL);
	for (int i = 0; i < 2000; i++) {
		int before = calls;

		allocate_here();
		if (sigsetjmp(escape, 1) == 0)
			*(volatile int *)8 = 1;
		check(calls == before + 1, "%d calls", calls - before);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	check(sigaction(SIGSEGV, NULL, &action) == 0 && action.sa_handler == jump,
	      "another");
}

int main(void)
{
	static const int flags[] = { 0, SA_RESTART, SA_NODEFER, SA_RESETHAND,
		                         SA_RESETHAND | SA_NODEFER };
	stack_t stack = { .ss_sp = room, .ss_size = sizeof(room) };

	exact_begin();
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(page != MAP_FAILED && sigaltstack(&stack, NULL) == 0, "memory");
	for (int more = 0; more < 4; more++) {
		for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
			try_flags(flags[i] | (more & 1 ? SA_SIGINFO : 0) |
			          (more & 2 ? SA_ONSTACK : 0));
	}
	try_vfork();
	try_fork();
	try_read(SA_RESTART, -1, true);
	try_read(0, -1, false);
	try_read(SA_RESTART, 1, false);
	try_read(0, 0, true);
	siginterrupt(SIGSEGV, 1);
	try_threads();
	check(signal(SIGSEGV, SIG_IGN) == jump, "its own");
	raise(SIGSEGV);
	check(signal(SIGSEGV, SIG_DFL) == SIG_IGN, "ignored");
	return exact_end();
}
