/*
 * process/runtimes.h - recognizes runtimes with memory management of their own, and the
 * recorder, by their file names.
 */
#ifndef OUTLIVE_PROCESS_RUNTIMES_H
#define OUTLIVE_PROCESS_RUNTIMES_H

#include "process/modules.h"

/* The runtimes that a process has loaded: enum segments_runtime, or'ed. */
uint32_t module_runtimes(const struct process_modules *modules);

/* The runtime that a file is, by its name: of enum segments_runtime, or 0. */
uint32_t runtime_of_file(const char *path);

/* Whether a file is liboutlive.so or a ring ("PID.NUMBER.ring"), in whatever directory. */
bool runtime_is_recorder(const char *name);

#endif
