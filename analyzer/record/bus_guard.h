/*
 * record/bus_guard.h - safe access to mapped files that other processes can change.
 *
 * If a file is truncated under a mapping, the next access raises SIGBUS, and a recorded program
 * may truncate its ring. Code that touches such memory runs in here.
 */
#ifndef OUTLIVE_RECORD_BUS_GUARD_H
#define OUTLIVE_RECORD_BUS_GUARD_H

/*
 * Run body(context). 0: it returned. -1: it touched a page that no longer exists and was
 * abandoned at that instruction; so it must hold no lock, memory or descriptor. Calls cannot be
 * nested.
 */
int fault_guard_run(void (*body)(void *context), void *context);

#endif
