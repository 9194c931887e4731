/*
 * modules/real.h - the functions that our exported names stand in front of: for each the next in the
 * search order, be it libc's, one that the program links, or one preloaded after us.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_REAL_H
#define OUTLIVE_PRELOAD_MODULES_REAL_H

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <threads.h>

typedef int spawn_function(int *, const char *, const posix_spawn_file_actions_t *,
                           const posix_spawnattr_t *, char *const *, char *const *);

typedef int main_function(int, char **, char **);

/* NULL: there is none, which only newer or older releases of libc leave out. */
struct real_functions {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void (*free)(void *);
	int (*posix_memalign)(void **, size_t, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	void *(*memalign)(size_t, size_t);
	void *(*valloc)(size_t);
	void *(*pvalloc)(size_t);
	void (*free_sized)(void *, size_t);                 /* C23 */
	void (*free_aligned_sized)(void *, size_t, size_t); /* C23 */

	/* libc's own names of them, which stay when malloc is somebody else's */
	void *(*__libc_malloc)(size_t);
	void *(*__libc_calloc)(size_t, size_t);
	void *(*__libc_realloc)(void *, size_t);
	void (*__libc_free)(void *);
	void *(*__libc_memalign)(size_t, size_t);
	void *(*__libc_valloc)(size_t);
	void *(*__libc_pvalloc)(size_t);

	int (*pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
	                      void *);
	int (*thrd_create)(thrd_t *, int (*)(void *), void *);
	int (*pthread_setname_np)(pthread_t, const char *);

	void *(*dlopen)(const char *, int);
	void *(*dlmopen)(Lmid_t, const char *, int);
	void *(*dlsym)(void *, const char *);
	void *(*dlvsym)(void *, const char *, const char *);
	int (*dlclose)(void *);

	int (*execve)(const char *, char *const *, char *const *);
	int (*execv)(const char *, char *const *);
	int (*execvpe)(const char *, char *const *, char *const *);
	int (*execvp)(const char *, char *const *);
	int (*fexecve)(int, char *const *, char *const *);
	int (*execveat)(int, const char *, char *const *, char *const *, int);
	spawn_function *posix_spawn, *posix_spawnp;
	spawn_function *pidfd_spawn, *pidfd_spawnp; /* glibc 2.39 */
	int (*system)(const char *);
	FILE *(*popen)(const char *, const char *);

	char *(*secure_getenv)(const char *);
	int (*__libc_start_main)(main_function *, int, char **, void (*)(void),
	                         void (*)(void), void (*)(void), void *);
	/* They do not return, but C is not told: it would not jump there. */
	void (*exit)(int), (*quick_exit)(int), (*_exit)(int), (*_Exit)(int);
	void (*abort)(void);

	int (*sigaction)(int, const struct sigaction *, struct sigaction *);
	void (*(*signal)(int, void (*)(int)))(int);
	void (*(*sysv_signal)(int, void (*)(int)))(int);
	void (*(*sigset)(int, void (*)(int)))(int);
	int (*sigaltstack)(const stack_t *, stack_t *);

	int (*getrlimit)(__rlimit_resource_t, struct rlimit *);
	int (*setrlimit)(__rlimit_resource_t, const struct rlimit *);
	int (*prlimit)(pid_t, enum __rlimit_resource, const struct rlimit *,
	               struct rlimit *);

	int (*prctl)(int, ...);
	long (*syscall)(long, ...);

	/* The loader's way out of what it cannot do: a longjmp, to where the last calls from. */
	void (*_dl_signal_exception)(long, void *, const char *);
	void (*_dl_signal_error)(long, const char *, const char *, const char *);
	uintptr_t dl_catch_exception;
	size_t dl_catch_exception_bytes; /* 0: not known */

	size_t exit_bytes; /* of exit()'s code; 0: not known */
	bool is_bypassed;  /* another malloc comes before ours: the executable's own */
};

/* Valid once real_resolve() has returned. */
extern struct real_functions real;

extern _Atomic bool real_is_resolved;
void real_resolve_now(void);

/*
 * Every hook's first step. It reads the loader's tables, and asks nobody: no lock, no memory,
 * errno stays. So it may be done anywhere, also by a malloc of the program's that holds its
 * own lock, and by several threads at a time.
 */
static inline void real_resolve(void)
{
	if (__builtin_expect(!atomic_load_explicit(&real_is_resolved, memory_order_acquire),
	                     0))
		real_resolve_now();
}

#endif
