/*
 * hooks/thread.h - what the hooks of threads offer to other hooks.
 */
#ifndef OUTLIVE_PRELOAD_HOOKS_THREAD_H
#define OUTLIVE_PRELOAD_HOOKS_THREAD_H

#include <stdint.h>

/*
 * Record that the calling thread has named the thread with this pthread_t: itself or another.
 */
void thread_hooks_named(uintptr_t thread, const char *name);

#endif
