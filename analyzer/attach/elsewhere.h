/*
 * attach/elsewhere.h - the files of a process that sees others than we do: one in a container. We
 * reach them through its root directory, and put our library there as long as it is being loaded.
 */
#ifndef OUTLIVE_ATTACH_ELSEWHERE_H
#define OUTLIVE_ATTACH_ELSEWHERE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct elsewhere {
	int root;      /* descriptor of the process's root directory; -1: not opened */
	int directory; /* of the copy's directory; -1: there is no copy */
	char name[32]; /* of the copy in it */
	char prefix
		[32]; /* a path of the root directory, without a slash at its end: for people */
};

/*
 * Open the root directory of the process. It stays open until we end: the directory of the rings
 * may be in it, and the process may end before us. 0, or -1 and *error.
 */
int elsewhere_open(struct elsewhere *there, pid_t pid, struct error *error);

/* Whether the process sees the same file by this path as we do. */
bool elsewhere_is_same(const struct elsewhere *there, const char *path);

/*
 * Copy the library into a directory there in which files can be made and executed. `seen`
 * receives its path as the process sees it. 0, or -1 and *error: there is none, and what to do.
 * No link there leads us out of the process's root, whenever it appears: process/root.h.
 */
int elsewhere_copy(struct elsewhere *there, pid_t pid, const char *library, char *seen,
                   size_t bytes, struct error *error);

/* Remove the copy, if there is one. A process that has loaded it does not need it any more. */
void elsewhere_remove_copy(struct elsewhere *there);

#endif
