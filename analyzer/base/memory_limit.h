/*
 * base/memory_limit.h - one clear line where a library does not survive that memory runs out.
 *
 * libdw and libelf do not check everywhere what malloc() returned: they crash, or abort.
 */
#ifndef OUTLIVE_BASE_MEMORY_LIMIT_H
#define OUTLIVE_BASE_MEMORY_LIMIT_H

/*
 * If the memory of this process is limited (RLIMIT_AS, RLIMIT_DATA), let a crash end it by one line
 * that names the limit, and by exit status EXIT_BAD_INPUT. Without a limit a crash is our own bug,
 * and nothing is changed.
 */
void memory_limit_watch(void);

/* End the process in the same way: a library has no memory left. Allocates nothing. */
void memory_limit_end(void) __attribute__((noreturn));

#endif
