/*
 * attach/watch.h - watches over our own threads in the process until the library is in: a fault in
 * one of them ends that thread, not the process.
 */
#ifndef OUTLIVE_ATTACH_WATCH_H
#define OUTLIVE_ATTACH_WATCH_H

#include "attach/remote.h"
#include "attach/thread_stop.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define WATCHED_MAX 16

struct watch {
	pid_t threads[WATCHED_MAX]; /* traced */
	size_t count;
	uint64_t gadget;
	struct late_stops *late; /* threads of the process that are let go as they stop */
	int fault;               /* the signal of a fault that ended one of them; 0: none */
	uint64_t fault_address;
};

/*
 * The signals to block in such threads: all but those of faults (the kernel kills the process for a
 * fault whose signal is blocked), and glibc's own two.
 */
uint64_t watch_mask(void);

/* Add a thread that is traced and stopped, and let it run. */
void watch_add(struct watch *watch, pid_t tid);

/* Handle what has happened to the threads, or wait for it for at most `us`. */
void watch_step(struct watch *watch, long us);

/* Let go of all. */
void watch_end(struct watch *watch);

#endif
