/*
 * fault_note.h - the last words of a thread that a signal is about to kill. Layer 11.
 */
#ifndef OUTLIVE_FAULT_NOTE_H
#define OUTLIVE_FAULT_NOTE_H

#include <signal.h>

/*
 * From the handler of `signal`: write down the stack of the code that was interrupted, and
 * what kind of fault it is. Only system calls; errno is kept.
 */
void fault_note(int signal, const siginfo_t *info, const void *context);

#endif
