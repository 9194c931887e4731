/*
 * faults/note.h - the last words of a thread that a signal is about to kill.
 */
#ifndef OUTLIVE_PRELOAD_FAULTS_NOTE_H
#define OUTLIVE_PRELOAD_FAULTS_NOTE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "stack/walk.h"
#include "trace_format.h"

/*
 * From a handler that the process will not outlive: write down the stack of the code that
 * was interrupted, and what kind of fault it is. If that is the same which the program's
 * handler was given, or that is running: what it was given. Only system calls; errno is
 * kept.
 */
void fault_note(const siginfo_t *info, const void *context);

/*
 * The process is about to end, by a call of `caller`: if that is in the program's handler of
 * a fault, write that down likewise. FAULT_END_ABORTED: unless a handler of SIGABRT does
 * something else yet.
 */
void fault_note_end(const struct walk_start *caller, enum fault_end end);

/* By a glance: whether it may be an overflow of a stack. */
bool fault_is_near_stack(const siginfo_t *info, const void *context);

/* Whether it is one, of the thread's own stack. Nothing is written. */
bool fault_is_overflow(const siginfo_t *info, const void *context);

#endif
