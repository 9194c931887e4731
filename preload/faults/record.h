/*
 * faults/record.h - the last record of a thread that a signal is about to kill.
 */
#ifndef OUTLIVE_PRELOAD_FAULTS_RECORD_H
#define OUTLIVE_PRELOAD_FAULTS_RECORD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "self/fault_passed.h"
#include "stack/walk.h"
#include "record_format.h"

/*
 * Call from a handler that the process will not survive: records the stack of the interrupted
 * code and the kind of fault. If it is the same fault that the program's handler was given, or
 * whose handler is running, records that one. Only system calls; errno is kept.
 */
void fault_record(const siginfo_t *info, const void *context);

/*
 * The process is about to end by a call from `caller`. If that is inside the program's handler
 * of a fault, record the fault likewise. FAULT_END_ABORTED: a handler of SIGABRT may still do
 * something else. False: it is not inside such a handler.
 */
bool fault_record_end(const struct walk_start *caller, enum fault_end end);

/* The process ends of a fault whose handler has returned to other code than it interrupted. */
void fault_record_passed(const struct passed_fault *passed);

/* A quick check: whether the fault may be a stack overflow. */
bool fault_is_near_stack(const siginfo_t *info, const void *context);

/* Whether the fault is an overflow of the thread's own stack. Writes nothing. */
bool fault_is_overflow(const siginfo_t *info, const void *context);

#endif
