/* fault_entry.h - runs before a program's handler of faults. x86-64. */
#ifndef OUTLIVE_FAULT_ENTRY_H
#define OUTLIVE_FAULT_ENTRY_H

#include <signal.h>
#include <stdint.h>

/*
 * A signal handler: it calls fault_pass() and jumps to the handler that this returns, so that
 * the program's handler runs as if the kernel had called it.
 */
void arch_fault_entry(int signal, siginfo_t *info, void *context);

/* Returns the address of the handler that gets the signal. */
uintptr_t fault_pass(int signal, const siginfo_t *info, const void *context);

#endif
