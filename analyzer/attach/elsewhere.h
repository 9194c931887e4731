/*
 * attach/elsewhere.h - the files of a process that sees others than we do: one in a container. We
 * reach them through its root directory, and put our library there as long as it is being loaded.
 */
#ifndef OUTLIVE_ATTACH_ELSEWHERE_H
#define OUTLIVE_ATTACH_ELSEWHERE_H

#include "base/error.h"

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

struct elsewhere {
	int root; /* the process's root directory; -1: not opened */
	char prefix
		[48]; /* the path of that directory while we run, without a slash at its end */
	char copy[PATH_MAX]; /* of the library, as we reach it; "": none */
};

/*
 * Open the root directory of the process. It stays open until we end: the directory of the rings
 * may be in it, and the process may end before us. 0, or -1 and *error.
 */
int elsewhere_open(struct elsewhere *there, pid_t pid, struct error *error);

/*
 * Copy the library into a directory there in which files can be made and executed. `seen`
 * receives its path as the process sees it. 0, or -1 and *error: there is none, and what to do.
 */
int elsewhere_copy(struct elsewhere *there, pid_t pid, const char *library, char *seen,
                   size_t bytes, struct error *error);

/* Remove the copy, if there is one. A process that has loaded it does not need it any more. */
void elsewhere_remove_copy(struct elsewhere *there);

#endif
