/*
 * hooks/mapping.h - what other hooks call when a program maps memory through them.
 */
#ifndef OUTLIVE_PRELOAD_HOOKS_MAPPING_H
#define OUTLIVE_PRELOAD_HOOKS_MAPPING_H

#include <stddef.h>

/*
 * As the hooks, by the system call itself, with the result of syscall(), which continues here by a
 * jump.
 */
long mapping_hooks_mmap(void *address, size_t size_bytes, int protection, int flags,
                        int file, long offset);
long mapping_hooks_munmap(void *address, size_t size_bytes);
long mapping_hooks_mremap(void *old, size_t old_bytes, size_t size_bytes, int flags,
                          void *address);

#endif
