/*
 * process/threads.h - the threads of a living process, and where their stacks are.
 *
 * The kernel tells a thread's stack pointer while it sleeps in a system call
 * (/proc/PID/task/TID/syscall), without stopping it. One that runs is asked again, and
 * remembered where it was seen before.
 */
#ifndef OUTLIVE_PROCESS_THREADS_H
#define OUTLIVE_PROCESS_THREADS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process_thread {
	pid_t tid;
	char name[17];
	uint64_t stack_pointer; /* 0: never seen */
};

struct process_threads {
	size_t count, capacity;
	struct process_thread *threads; /* by tid */
};

/* Fill anew, remembering stack pointers of threads that were there. 0, or -1: no memory. */
int process_threads_read(struct process_threads *threads, pid_t pid);
void process_threads_release(struct process_threads *threads);

#endif
