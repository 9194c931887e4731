/*
 * process/threads.h - the threads of a living process, and where their stacks are.
 *
 * The kernel reports a thread's stack pointer while the thread sleeps in a system call
 * (/proc/PID/task/TID/syscall), without stopping it. A running thread is read a few times; if
 * it still runs, the stack pointer that was read before is kept.
 */
#ifndef OUTLIVE_PROCESS_THREADS_H
#define OUTLIVE_PROCESS_THREADS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process_thread {
	pid_t tid;
	char name[17];
	uint64_t stack_pointer; /* 0: unknown so far */
};

struct process_threads {
	size_t count, capacity;
	struct process_thread *threads; /* sorted by tid */
};

/* Read the threads anew, keeping known stack pointers. 0, or -1: no memory. */
int process_threads_read(struct process_threads *threads, pid_t pid);
void process_threads_release(struct process_threads *threads);

#endif
