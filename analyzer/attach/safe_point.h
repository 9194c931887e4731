/*
 * attach/safe_point.h - whether a process's only thread is where another thread may be born.
 *
 * As long as a process has one thread, glibc's allocator, its streams and its mutexes take no
 * locks. A second thread that came while the first is inside one of them would break the heap.
 * With several threads there is nothing to check: their locks are merely waited for.
 */
#ifndef OUTLIVE_ATTACH_SAFE_POINT_H
#define OUTLIVE_ATTACH_SAFE_POINT_H

#include "attach/remote.h"

#include <stdbool.h>
#include <sys/user.h>

struct safe_point;

/* Prepare, before the thread is stopped: opens the files of its modules. NULL: not possible. */
struct safe_point *safe_point_new(const struct remote *remote);
void safe_point_free(struct safe_point *place);

/*
 * Whether the stopped thread is outside libc, the loader and allocators, or in a function of libc
 * that is known to hold nothing. `why`: what it is in, if not; a string that stays.
 */
bool safe_point_is(struct safe_point *place, const struct user_regs_struct *registers,
                   const char **why);

#endif
