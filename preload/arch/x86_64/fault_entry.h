/*
 * fault_entry.h - in front of a program's handler of faults. x86-64.
 */
#ifndef OUTLIVE_FAULT_ENTRY_H
#define OUTLIVE_FAULT_ENTRY_H

#include <signal.h>
#include <stdint.h>

/*
 * A handler for the kernel: it asks fault_pass() and goes on to what that says by a jump, so
 * that the program's handler is called as if by the kernel.
 */
void arch_fault_entry(int signal, siginfo_t *info, void *context);

/* The address of the handler that is to have it. */
uintptr_t fault_pass(int signal, const siginfo_t *info, const void *context);

#endif
