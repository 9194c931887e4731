/*
 * self/fault_passed.h - faults that a handler of the program's own was given: should that end
 * the process, they are what it died of.
 */
#ifndef OUTLIVE_PRELOAD_SELF_FAULT_PASSED_H
#define OUTLIVE_PRELOAD_SELF_FAULT_PASSED_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct fault_cause {
	int signal, code;  /* si_signo, si_code */
	uintptr_t address; /* si_addr; 0 where somebody sent the signal */
};

struct passed_fault {
	struct fault_cause cause;
	const siginfo_t *info; /* in the signal frame, as is `context` */
	const void *context;
	uintptr_t ip, sp, bp; /* of the code that was interrupted */
	uint32_t epoch;
	uint64_t number; /* they are counted as they come */
};

struct fault_cause fault_cause_of(const siginfo_t *info);

/*
 * A few stores: a program may live on its faults. Nothing of the thread's own is needed.
 * `epoch`: 0 in a forked child, until fault_passed_forked() is called there.
 */
void fault_passed_note(const siginfo_t *info, const void *context, uint32_t epoch);

/* In a forked child: what its parent was given is forgotten. */
void fault_passed_forked(void);

/* False: there has been none. */
bool fault_passed_any(void);

/*
 * The one whose handler is running still: the calling thread's stack pointer is `sp`, on a
 * stack that ends at `high`. Given once.
 */
bool fault_passed_find(uintptr_t sp, uintptr_t high, struct passed_fault *found);

/* One that was found is to be found again. */
void fault_passed_keep(const struct passed_fault *found);

/*
 * The one that interrupted the code which `context` says is interrupted again, on whatever
 * stack: its handler has returned. Given once; its own context may be gone.
 */
bool fault_passed_again(const void *context, struct passed_fault *found);

#endif
