/*
 * process/runtimes.h - recognizes runtimes with memory management of their own by their file
 * names.
 */
#ifndef OUTLIVE_PROCESS_RUNTIMES_H
#define OUTLIVE_PROCESS_RUNTIMES_H

#include "process/modules.h"

/* The runtimes that a process has loaded: enum segments_runtime, or'ed. */
uint32_t module_runtimes(const struct process_modules *modules);

#endif
