/*
 * allocator_names.h - functions that allocate for their caller: when a report says who
 * allocated, it means the caller. Layer 1.
 */
#ifndef OUTLIVE_ALLOCATOR_NAMES_H
#define OUTLIVE_ALLOCATOR_NAMES_H

#include <stdbool.h>

/* Whether a (demangled) function is known to do nothing but allocate for its caller. */
bool is_allocator_name(const char *function);

/* Whether it is one of the C library's that start a program or a thread. */
bool is_startup_name(const char *function);

#endif
