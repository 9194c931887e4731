/* attach/thread_stop.c - ptrace(2) on one thread. x86-64. */
#include "attach/thread_stop.h"

#include "base/kernel_clock.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_US 50000    /* to the stop of a thread */
#define CALL_US 10000000 /* for a system call: whoever gives up here leaves it broken */
#define CODE_64 0x33     /* cs of 64-bit code */
#define MASK_BYTES 8
#define SYSCALL_BYTES 2              /* of the instruction */
#define SYSTEM_STOP (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */

#ifndef PTRACE_GETSIGMASK
#define PTRACE_GETSIGMASK 0x420a
#define PTRACE_SETSIGMASK 0x420b
#endif
#ifndef PTRACE_GET_RSEQ_CONFIGURATION
#define PTRACE_GET_RSEQ_CONFIGURATION 0x420f
#endif

/* As the kernel has them (linux/ptrace.h, linux/rseq.h): not in every libc's headers. */
struct rseq_place {
	uint64_t pointer;
	uint32_t size, signature, flags, pad;
};
struct rseq_section {
	uint32_t version, flags;
	uint64_t start, bytes, abort;
};
#define RSEQ_SECTION_OFFSET 8 /* of the pointer to the section, in struct rseq */

static long request(int what, pid_t tid, uint64_t address, const void *data)
{
	return ptrace((enum __ptrace_request)what, tid, (void *)(uintptr_t)address, data);
}

/* ---- waiting ---- */

static void on_alarm(int signal)
{
	(void)signal;
}

void thread_stop_prepare(void)
{
	struct sigaction action = {
		.sa_handler = on_alarm
	}; /* no SA_RESTART: it ends waits */

	sigaction(SIGALRM, &action, NULL);
}

/*
 * Wait for a change of a thread, for at most so long. The timer comes again, so that one that
 * comes before the wait is not the last.
 */
static bool change_wait(pid_t tid, int *status, long us)
{
	struct itimerval timer = { { 0, 1000 }, { us / 1000000, us % 1000000 } };
	struct itimerval off = { { 0, 0 }, { 0, 0 } };
	pid_t got;

	setitimer(ITIMER_REAL, &timer, NULL);
	got = waitpid(tid, status, __WALL);
	setitimer(ITIMER_REAL, &off, NULL);
	return got == tid;
}

/* ---- stop ---- */

static void detach(struct thread_stop *stop)
{
	if (stop->tid)
		request(PTRACE_DETACH, stop->tid, 0, (void *)(uintptr_t)stop->signal);
	stop->tid = 0;
}

/* In a restartable sequence the kernel would forget that it was interrupted. */
static bool is_in_sequence(const struct thread_stop *stop)
{
	struct rseq_place place = { 0 };
	struct rseq_section section;
	uint64_t at;

	if (request(PTRACE_GET_RSEQ_CONFIGURATION, stop->tid, sizeof(place), &place) <= 0 ||
	    !place.pointer)
		return false;
	at = remote_word(stop->remote, place.pointer + RSEQ_SECTION_OFFSET);
	return at && remote_read(stop->remote, at, &section, sizeof(section)) &&
	       stop->registers.rip - section.start < section.bytes;
}

static bool mask_set(pid_t tid, uint64_t mask)
{
	return request(PTRACE_SETSIGMASK, tid, MASK_BYTES, &mask) == 0;
}

/*
 * All signals are blocked from here on: they wait, and come as they were sent. One that we took and
 * passed on would seem to come from the kernel; setuid() of another thread would wait for ever.
 */
static enum stop_result state_save(struct thread_stop *stop)
{
	struct iovec state = { stop->state, sizeof(stop->state) };

	if (request(PTRACE_GETREGS, stop->tid, 0, &stop->registers) ||
	    request(PTRACE_GETREGSET, stop->tid, NT_X86_XSTATE, &state) ||
	    request(PTRACE_GETSIGMASK, stop->tid, MASK_BYTES, &stop->mask))
		return STOP_LATER;
	stop->state_bytes = state.iov_len;
	if (stop->registers.cs != CODE_64 || is_in_sequence(stop) ||
	    !mask_set(stop->tid, UINT64_MAX))
		return STOP_LATER;
	return STOP_DONE;
}

/* ---- those that stop too late ---- */

static bool late_remove(struct late_stops *late, pid_t tid)
{
	size_t i;

	for (i = 0; i < late->count; i++) {
		if (late->tids[i] != tid)
			continue;
		late->tids[i] = late->tids[--late->count];
		return true;
	}
	return false;
}

/* What it stopped for may be a signal on its way: that gets there. */
bool late_stops_take(struct late_stops *late, pid_t tid, int status)
{
	int signal = WIFSTOPPED(status) && !(status >> 16) ? WSTOPSIG(status) : 0;

	if (!late_remove(late, tid))
		return false;
	if (WIFSTOPPED(status))
		request(PTRACE_DETACH, tid, 0, (void *)(uintptr_t)signal);
	return true;
}

void late_stops_let_go(struct late_stops *late)
{
	size_t i = late->count;
	int status;

	while (i-- > 0) {
		pid_t tid = late->tids[i];
		pid_t got = waitpid(tid, &status, __WALL | WNOHANG);

		if (got == tid)
			late_stops_take(late, tid, status);
		else if (got < 0 && errno == ECHILD)
			late_remove(late, tid);
	}
}

static enum stop_result stop_wait(struct thread_stop *stop)
{
	int status;

	for (;;) {
		/* On a busy machine, or in an uninterruptible wait. */
		if (!change_wait(stop->tid, &status, STOP_US)) {
			stop->late.tids[stop->late.count++] = stop->tid;
			stop->tid = 0;
			return STOP_LATER;
		}
		if (!WIFSTOPPED(status)) {
			stop->tid = 0;
			return STOP_LATER;
		}
		if (status >> 16 == PTRACE_EVENT_STOP)
			return WSTOPSIG(status) == SIGTRAP ? STOP_DONE : STOP_STOPPED;
		/* A signal on its way: it gets there, and our stop is still to come. */
		request(PTRACE_CONT, stop->tid, 0, (void *)(uintptr_t)WSTOPSIG(status));
	}
}

static enum stop_result stop_ask(pid_t tid, const struct late_stops *late)
{
	if (late->count == LATE_STOPS_MAX)
		return STOP_LATER;
	if (request(PTRACE_SEIZE, tid, 0, (void *)(uintptr_t)PTRACE_O_TRACESYSGOOD))
		return errno == ESRCH ? STOP_LATER : STOP_DENIED;
	request(PTRACE_INTERRUPT, tid, 0, NULL);
	return STOP_DONE;
}

enum stop_result thread_stop_begin(struct thread_stop *stop, pid_t tid)
{
	enum stop_result result;

	stop->tid = tid;
	stop->child = 0;
	stop->signal = 0;
	if (!late_remove(&stop->late, tid) &&
	    (result = stop_ask(tid, &stop->late)) != STOP_DONE) {
		stop->tid = 0;
		return result;
	}
	stop->stopped_ns = kernel_now_ns();
	result = stop_wait(stop);
	if (result == STOP_DONE) {
		stop->stopped_ns = kernel_now_ns();
		result = state_save(stop);
	}
	if (result != STOP_DONE)
		detach(stop);
	return result;
}

/* ---- end ---- */

bool thread_stop_is_never_restarted(uint64_t number)
{
	switch (number) {
	case SYS_epoll_wait:
	case SYS_epoll_pwait:
#ifdef SYS_epoll_pwait2
	case SYS_epoll_pwait2:
#endif
	case SYS_semop:
	case SYS_semtimedop:
	case SYS_rt_sigtimedwait:
	case SYS_io_getevents:
#ifdef SYS_io_pgetevents
	case SYS_io_pgetevents:
#endif
#ifdef SYS_io_uring_enter
	case SYS_io_uring_enter:
#endif
	case SYS_msgrcv:
	case SYS_msgsnd: return true;
	default: return false;
	}
}

/* Whether a signal waits that is not blocked: then EINTR is that signal's. */
static bool is_signalled(const struct thread_stop *stop)
{
	unsigned long long own = 0, shared = 0, blocked = 0;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", (int)stop->remote->pid,
	         (int)stop->tid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "SigPnd: %llx", &own) == 1 ||
		    sscanf(line, "ShdPnd: %llx", &shared) == 1 ||
		    sscanf(line, "SigBlk: %llx", &blocked) == 1)
			continue;
	}
	if (file)
		fclose(file);
	return !file || ((own | shared) & ~blocked) != 0;
}

void thread_stop_end(struct thread_stop *stop)
{
	struct user_regs_struct registers = stop->registers;
	struct iovec state = { stop->state, stop->state_bytes };

	if (!stop->tid)
		return;
	if ((int64_t)registers.rax == -EINTR &&
	    thread_stop_is_never_restarted(registers.orig_rax) && !is_signalled(stop)) {
		registers.rip -= SYSCALL_BYTES;
		registers.rax = registers.orig_rax;
		registers.orig_rax = UINT64_MAX;
		stop->mended++;
	}
	request(PTRACE_SETREGSET, stop->tid, NT_X86_XSTATE, &state);
	request(PTRACE_SETSIGMASK, stop->tid, MASK_BYTES, &stop->mask);
	request(PTRACE_SETREGS, stop->tid, 0, &registers);
	detach(stop);
}

/* ---- system calls ---- */

/* Run on to the next entry or exit of a system call. */
static bool call_edge(struct thread_stop *stop)
{
	unsigned long child = 0;
	int status;

	if (request(PTRACE_SYSCALL, stop->tid, 0, NULL))
		return false;
	while (change_wait(stop->tid, &status, CALL_US)) {
		if (!WIFSTOPPED(status))
			break;
		if (WSTOPSIG(status) == SYSTEM_STOP)
			return true;
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_CLONE << 8)) {
			if (!request(PTRACE_GETEVENTMSG, stop->tid, 0, &child))
				stop->child = (pid_t)child;
		} else if (!(status >> 16)) { /* SIGSTOP, which no mask holds back */
			stop->signal = WSTOPSIG(status);
		}
		request(PTRACE_SYSCALL, stop->tid, 0, NULL);
	}
	return false;
}

static int64_t call(struct thread_stop *stop, const uint64_t arguments[7], uint64_t r12)
{
	struct user_regs_struct registers = stop->registers;

	registers.rip = stop->gadget;
	registers.rax = arguments[0];
	registers.orig_rax = UINT64_MAX;
	registers.rdi = arguments[1];
	registers.rsi = arguments[2];
	registers.rdx = arguments[3];
	registers.r10 = arguments[4];
	registers.r8 = arguments[5];
	registers.r9 = arguments[6];
	registers.r12 = r12;
	if (request(PTRACE_SETREGS, stop->tid, 0, &registers) || !call_edge(stop) ||
	    !call_edge(stop) || request(PTRACE_GETREGS, stop->tid, 0, &registers))
		return -ENOSYS;
	return (int64_t)registers.rax;
}

int64_t thread_stop_call(struct thread_stop *stop, const uint64_t arguments[7])
{
	return call(stop, arguments, stop->registers.r12);
}

/* With the option, a fault in the child stops it: we end it, and the process lives on. */
int64_t thread_stop_clone(struct thread_stop *stop, const uint64_t arguments[7],
                          uint64_t r12, uint64_t mask)
{
	int status;
	int64_t result;

	request(PTRACE_SETOPTIONS, stop->tid, 0,
	        (void *)(uintptr_t)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE));
	result = call(stop, arguments, r12);
	if (result > 0 && !stop->child)
		stop->child = (pid_t)result;
	if (stop->child &&
	    (!change_wait(stop->child, &status, CALL_US) || !mask_set(stop->child, mask)))
		stop->child = 0;
	return result;
}
