/*
 * attach/checks.h - whether a process can be attached to, as far as that can be seen from outside:
 * nothing is touched.
 */
#ifndef OUTLIVE_ATTACH_CHECKS_H
#define OUTLIVE_ATTACH_CHECKS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* From /proc/PID/status and the like. */
struct process_facts {
	char state; /* R, S, D, T, t, Z, X */
	pid_t parent, tracer;
	unsigned uid; /* effective */
	int seccomp;  /* 0: none, 1: strict, 2: filter */
	bool has_shadow_stack;
	bool is_kernel_thread;
	pid_t inner_pid; /* in its own pid namespace */
	uint64_t age_ns; /* how long it has run; 0: unknown */
	unsigned threads;
};

/* Take what a line of /proc/PID/status says. */
void process_facts_take(struct process_facts *facts, const char *line);

/* 0, or -1 and *error: there is no such process, or /proc does not say. */
int process_facts_read(struct process_facts *facts, pid_t pid, struct error *error);

/*
 * Refuse a process that cannot be attached to whatever is asked for. 0, or -1 and *error, which
 * says the way out.
 */
int process_check(const struct process_facts *facts, pid_t pid, struct error *error);

/*
 * Why the kernel does not let us trace it; `cause` is an errno. Fills *error.
 */
void process_denied(const struct process_facts *facts, pid_t pid, int cause,
                    struct error *error);

#endif
