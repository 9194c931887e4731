/* attach/watch.c - traces our own threads in the process. */
#include "attach/watch.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define LET_GO_US 200000

static long request(int what, pid_t tid, uint64_t address, uint64_t data)
{
	return ptrace((enum __ptrace_request)what, tid, (void *)(uintptr_t)address,
	              (void *)(uintptr_t)data);
}

static size_t find(const struct watch *watch, pid_t tid)
{
	size_t i;

	for (i = 0; i < watch->count && watch->threads[i] != tid; i++)
		;
	return i;
}

static void forget(struct watch *watch, pid_t tid)
{
	size_t i = find(watch, tid);

	if (i < watch->count)
		watch->threads[i] = watch->threads[--watch->count];
}

static void remember(struct watch *watch, pid_t tid)
{
	if (find(watch, tid) == watch->count && watch->count < WATCHED_MAX)
		watch->threads[watch->count++] = tid;
}

void watch_add(struct watch *watch, pid_t tid)
{
	remember(watch, tid);
	request(PTRACE_CONT, tid, 0, 0);
}

uint64_t watch_mask(void)
{
	/* 32 and 33: by the second, setuid() of another thread waits for each thread's answer */
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE,
		                          SIGTRAP, SIGSYS, 32,     33 };
	uint64_t mask = UINT64_MAX;
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		mask &= ~(UINT64_C(1) << (faults[i] - 1));
	return mask;
}

static bool is_fault(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL ||
	       signal == SIGFPE || signal == SIGTRAP || signal == SIGSYS;
}

/* The thread ends itself, and nothing else, whatever it held. */
static void thread_end(struct watch *watch, pid_t tid, int signal)
{
	struct user_regs_struct registers;

	if (request(PTRACE_GETREGS, tid, 0, (uintptr_t)&registers))
		return;
	watch->fault = signal;
	watch->fault_address = registers.rip;
	registers.rip = watch->gadget;
	registers.rax = SYS_exit;
	registers.rdi = 0;
	registers.orig_rax = UINT64_MAX;
	request(PTRACE_SETREGS, tid, 0, (uintptr_t)&registers);
	request(PTRACE_CONT, tid, 0, 0);
}

static void change_handle(struct watch *watch, pid_t tid, int status)
{
	int event = status >> 16, signal = WSTOPSIG(status);

	unsigned long created = 0;

	if (late_stops_take(watch->late, tid, status))
		return;
	if (!WIFSTOPPED(status)) {
		forget(watch, tid);
		return;
	}
	/* A thread that ours has created: it may come to its first stop when ours has ended. */
	if (event == PTRACE_EVENT_CLONE &&
	    !request(PTRACE_GETEVENTMSG, tid, 0, (uintptr_t)&created))
		remember(watch, (pid_t)created);
	if (find(watch, tid) == watch->count) {
		watch_add(watch, tid);
	} else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
		request(PTRACE_LISTEN, tid, 0, 0); /* the whole process is being stopped */
	} else if (!event && is_fault(signal)) {
		thread_end(watch, tid, signal);
	} else {
		request(PTRACE_CONT, tid, 0, event ? 0 : (uint64_t)signal);
	}
}

void watch_step(struct watch *watch, long us)
{
	struct itimerval timer = { { 0, 1000 }, { us / 1000000, us % 1000000 } };
	struct itimerval off = { { 0, 0 }, { 0, 0 } };
	pid_t tid;
	int status;

	if (!watch->count && !watch->late->count) {
		usleep((useconds_t)us);
		return;
	}
	setitimer(ITIMER_REAL, &timer, NULL);
	tid = waitpid(-1, &status, __WALL);
	setitimer(ITIMER_REAL, &off, NULL);
	if (tid > 0)
		change_handle(watch, tid, status);
}

/* A detach needs a stop; what comes before that is handled as ever. */
static void let_go(struct watch *watch, pid_t tid)
{
	long waited_us = 0;
	pid_t got;
	int status;

	request(PTRACE_INTERRUPT, tid, 0, 0);
	while (find(watch, tid) < watch->count && waited_us < LET_GO_US) {
		got = waitpid(tid, &status, __WALL | WNOHANG);
		if (got == tid && WIFSTOPPED(status) && status >> 16 == PTRACE_EVENT_STOP) {
			request(PTRACE_DETACH, tid, 0, 0);
			forget(watch, tid);
		} else if (got == tid) {
			change_handle(watch, tid, status);
		} else if (got < 0 && errno == ECHILD) {
			forget(watch, tid);
		} else {
			usleep(100);
			waited_us += 100;
		}
	}
	forget(watch, tid); /* our end lets go of it */
}

void watch_end(struct watch *watch)
{
	while (watch->count)
		let_go(watch, watch->threads[0]);
}
