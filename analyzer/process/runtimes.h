/*
 * process/runtimes.h - runtimes that keep memory of their own, known by the names of their
 * files.
 */
#ifndef OUTLIVE_PROCESS_RUNTIMES_H
#define OUTLIVE_PROCESS_RUNTIMES_H

#include "process/modules.h"

/* enum segments_runtime, or'ed. */
uint32_t module_runtimes(const struct process_modules *modules);

#endif
