/*
 * real_alloc.h - the allocator that serves the memory: the next one in the search
 * order, be it libc's, one the program links, or one preloaded after us. Layer 2.
 */
#ifndef OUTLIVE_REAL_ALLOC_H
#define OUTLIVE_REAL_ALLOC_H

#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <threads.h>

typedef int spawn_function(int *, const char *, const posix_spawn_file_actions_t *,
                           const posix_spawnattr_t *, char *const *, char *const *);

typedef int main_function(int, char **, char **);

struct real_alloc {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void (*free)(void *);
	int (*posix_memalign)(void **, size_t, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	void *(*memalign)(size_t, size_t);
	void *(*valloc)(size_t);
	void *(*pvalloc)(size_t);
	void (*free_sized)(void *, size_t);                 /* C23; may be NULL */
	void (*free_aligned_sized)(void *, size_t, size_t); /* C23; may be NULL */
	int (*pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
	                      void *); /* NULL: no threads library (glibc < 2.34) */
	int (*thrd_create)(thrd_t *, int (*)(void *), void *); /* likewise */
	int (*pthread_setname_np)(pthread_t, const char *);    /* likewise */
	int (*dlclose)(void *);
	bool is_bypassed; /* another malloc comes before ours: the executable's own */

	/* What starts programs: dlsym is no help between fork() and exec. */
	int (*execve)(const char *, char *const *, char *const *);
	int (*execv)(const char *, char *const *);
	int (*execvpe)(const char *, char *const *, char *const *);
	int (*execvp)(const char *, char *const *);
	int (*fexecve)(int, char *const *, char *const *);
	int (*execveat)(int, const char *, char *const *, char *const *, int);
	spawn_function *posix_spawn, *posix_spawnp;
	spawn_function *pidfd_spawn, *pidfd_spawnp; /* where glibc 2.39 is */
	int (*system)(const char *);
	FILE *(*popen)(const char *, const char *);

	char *(*secure_getenv)(const char *);
	int (*libc_start_main)(main_function *, int, char **, void (*)(void),
	                       void (*)(void), void (*)(void), void *);
	/* They do not return, but C is not told: it would not jump there. */
	void (*exit)(int), (*quick_exit)(int), (*_exit)(int), (*_Exit)(int);
	void (*abort)(void);
	int (*prctl)(int, ...);
	long (*syscall)(long, ...);
	size_t exit_bytes; /* of exit()'s code; 0: not known */
};

/* Valid once real_alloc_resolve() has returned true. */
extern struct real_alloc real;

/*
 * Look the functions up. True when `real` is ready. False while another call further
 * up this stack, or another thread, is at it: dlsym may allocate; answer with
 * bootstrap_alloc() then. Cheap once done, but test real.malloc first.
 */
bool real_alloc_resolve(void);

/*
 * Memory for those who allocate while dlsym runs, from a small static arena; NULL when it
 * is used up. Zeroed. `alignment` is a power of two. It is never given back.
 */
void *bootstrap_alloc(size_t size_bytes, size_t alignment);

#define BOOTSTRAP_BYTES 65536
extern unsigned char bootstrap_arena[BOOTSTRAP_BYTES];

/* True if `address` came from bootstrap_alloc(). */
static inline bool bootstrap_owns(const void *address)
{
	return (uintptr_t)address - (uintptr_t)bootstrap_arena < BOOTSTRAP_BYTES;
}

/* realloc() of such a block: `real` decides where the new one lives, if it is ready. */
void *bootstrap_realloc(void *old, size_t size_bytes);

#endif
