/*
 * record/bus_guard.h - touching mapped files of other processes.
 *
 * A file that shrinks under a mapping makes the next access SIGBUS, and a recorded
 * program may do that to its ring. What touches such memory runs in here.
 */
#ifndef OUTLIVE_RECORD_BUS_GUARD_H
#define OUTLIVE_RECORD_BUS_GUARD_H

/*
 * Run body(context). 0: it returned; -1: it touched a page that is no more, and was left
 * at that instruction: it must hold nothing that would have to be given back. Not to be
 * nested.
 */
int fault_guard_run(void (*body)(void *context), void *context);

#endif
