/*
 * self/fault_passed.h - faults that were passed on to the program's own handler. If that
 * handler ends the process, such a fault is what the process died of.
 */
#ifndef OUTLIVE_PRELOAD_SELF_FAULT_PASSED_H
#define OUTLIVE_PRELOAD_SELF_FAULT_PASSED_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct fault_cause {
	int signal, code;  /* si_signo, si_code */
	uintptr_t address; /* si_addr; 0 if a process sent the signal */
};

struct passed_fault {
	struct fault_cause cause;
	const siginfo_t *info; /* in the signal frame, like `context` */
	const void *context;
	uintptr_t ip, sp, fp; /* of the code that was interrupted */
	uint32_t epoch;
	uint64_t number; /* faults are numbered in the order they come */
};

struct fault_cause fault_cause_of(const siginfo_t *info);

/*
 * Costs a few stores, since a program may live on its faults. Needs nothing of the thread's
 * own. `epoch`: 0 in a forked child until it calls fault_passed_forked().
 */
void fault_passed_add(const siginfo_t *info, const void *context, uint32_t epoch);

/* Call in a forked child: forgets the parent's faults. */
void fault_passed_forked(void);

/* False: no fault was passed on yet. */
bool fault_passed_any(void);

/*
 * The fault whose handler is still running. The calling thread's stack pointer is `sp`, on a
 * stack that ends at `high`. Each fault is returned once.
 */
bool fault_passed_find(uintptr_t sp, uintptr_t high, struct passed_fault *found);

/* Put back a fault that was found, so that it is found again. */
void fault_passed_keep(const struct passed_fault *found);

/*
 * The fault that interrupted the code which `context` interrupts again, on any stack: its
 * handler has returned. Each fault is returned once; its own context may be gone.
 */
bool fault_passed_again(const void *context, struct passed_fault *found);

/* The last fault of the instruction at `ip` that is remembered. It stays so. */
bool fault_passed_at(uintptr_t ip, struct passed_fault *found);

#endif
