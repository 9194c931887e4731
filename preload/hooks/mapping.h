/*
 * hooks/mapping.h - what other hooks call when a program maps memory through them.
 */
#ifndef OUTLIVE_PRELOAD_HOOKS_MAPPING_H
#define OUTLIVE_PRELOAD_HOOKS_MAPPING_H

#include <stddef.h>

/* As hook_munmap(), with the result of syscall(), which continues here by a jump. */
long mapping_hooks_munmap(void *address, size_t size_bytes);

#endif
