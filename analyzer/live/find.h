/*
 * live/find.h - the recording that a running process is part of.
 */
#ifndef OUTLIVE_LIVE_FIND_H
#define OUTLIVE_LIVE_FIND_H

#include "base/error.h"

#include <limits.h>
#include <sys/types.h>

struct live_found {
	char path[PATH_MAX]; /* of the trace, or of the ring if nothing reads that */
	char name[PATH_MAX]; /* the same for people: not escaped */
	pid_t pid;           /* the process, as it knows itself */
};

/* 0; or -1 and *error: there is no such process, it may not be read, or it is not recorded. */
int live_find(struct live_found *found, pid_t pid, struct error *error);

#endif
