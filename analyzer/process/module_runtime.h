/*
 * module_runtime.h - runtimes that keep memory of their own, known by the names of their
 * files. Layer 3.
 */
#ifndef OUTLIVE_MODULE_RUNTIME_H
#define OUTLIVE_MODULE_RUNTIME_H

#include "process_modules.h"

/* enum segments_runtime, or'ed. */
uint32_t module_runtimes(const struct process_modules *modules);

#endif
