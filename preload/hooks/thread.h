/*
 * hooks/thread.h - what the hooks of threads do for other hooks.
 */
#ifndef OUTLIVE_PRELOAD_HOOKS_THREAD_H
#define OUTLIVE_PRELOAD_HOOKS_THREAD_H

#include <stdint.h>

/* The calling thread has named the one whose pthread_t this is: itself, or another. */
void thread_hooks_named(uintptr_t thread, const char *name);

#endif
