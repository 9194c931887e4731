/*
 * attach/thread_stop.h - one thread of another process: stopped, made to make system calls, and let
 * go as it was.
 *
 * The waiting tracer sleeps: a thread that has the processor taken from it by a tracer that spins
 * takes a hundred times longer to stop.
 */
#ifndef OUTLIVE_ATTACH_THREAD_STOP_H
#define OUTLIVE_ATTACH_THREAD_STOP_H

#include "attach/remote.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

#define THREAD_STATE_BYTES 16384

/* Threads that were asked to stop, and had not in time: they are traced, and will stop. */
#define LATE_STOPS_MAX 64
struct late_stops {
	pid_t tids[LATE_STOPS_MAX];
	size_t count;
};

struct thread_stop {
	const struct remote *remote;
	pid_t tid;       /* 0: none is stopped */
	uint64_t gadget; /* `syscall; ret` in the process's libc */
	struct user_regs_struct registers;
	uint64_t mask;
	uint8_t state[THREAD_STATE_BYTES]; /* of the processor: XSAVE */
	size_t state_bytes;
	uint64_t stopped_ns; /* when it was */
	unsigned mended;     /* calls that were to return EINTR */
	int signal;          /* that came meanwhile, and is passed on at the end; 0: none */
	pid_t child;         /* the thread that the last system call has cloned; 0: none */
	struct late_stops late;
};

enum stop_result {
	STOP_DONE,
	STOP_LATER,   /* not this thread, or not now */
	STOP_STOPPED, /* the process is stopped by a signal */
	STOP_DENIED,  /* errno says why */
};

/* Call once: the timer's signal must not end us. */
void thread_stop_prepare(void);

/*
 * Stop a thread, within 50 ms, save what it has, and block its signals. It is in 64-bit code, and
 * in no rseq section.
 */
enum stop_result thread_stop_begin(struct thread_stop *stop, pid_t tid);

/* Let those go that have stopped too late. A thread that waits in the kernel stays in the list. */
void late_stops_let_go(struct late_stops *late);

/*
 * A change of a thread that the tracer waited for. True: it was in the list, and is no more; if
 * it has stopped, it is let go.
 */
bool late_stops_take(struct late_stops *late, pid_t tid, int status);

/*
 * Let it go as it was. A call that never restarts by itself and was to return EINTR because of us
 * is made once more.
 */
void thread_stop_end(struct thread_stop *stop);

/* Make a system call in it. Returns its result, or -ENOSYS if the thread is gone. */
int64_t thread_stop_call(struct thread_stop *stop, const uint64_t arguments[7]);

/*
 * The same for clone(): `child` is traced, and stopped, with these signals blocked, and with this
 * in its register r12.
 */
int64_t thread_stop_clone(struct thread_stop *stop, const uint64_t arguments[7],
                          uint64_t r12, uint64_t mask);

/* Whether a system call fails with EINTR after any stop, whatever SA_RESTART says (signal(7)). */
bool thread_stop_is_never_restarted(uint64_t number);

#endif
