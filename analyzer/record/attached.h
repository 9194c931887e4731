/*
 * record/attached.h - the recordings of running processes, found by the rings that they have
 * mapped: whoever made them, and whether anyone still reads them.
 */
#ifndef OUTLIVE_RECORD_ATTACHED_H
#define OUTLIVE_RECORD_ATTACHED_H

#include "base/error.h"
#include "ring_format.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct attached {
	pid_t pid;           /* in our pid namespace */
	char ring[PATH_MAX]; /* path of the ring's file: for people */
	size_t root_bytes;   /* of its part before the process's root; 0: it is ours */
	struct ring_header header; /* as it was read */
	uint32_t chunks_used;      /* chunks that hold something */
	bool has_reader;           /* the reader was active a moment ago */
};

/*
 * The recording of one process. 0; 1: it is not recorded, as far as we may see; -1 and *error: no
 * such process, no permission.
 */
int attached_find(pid_t pid, struct attached *found, struct error *error);

/*
 * Call `visit` for each recorded process that we may see. Returns the number of processes whose
 * mappings we may not read.
 */
unsigned attached_each(void (*visit)(void *context, const struct attached *found),
                       void *context);

/*
 * Open (O_PATH) the directory of the ring, without being led out of the process's root; *name is
 * the ring's name in it. -1 with errno.
 */
int attached_directory(const struct attached *found, const char **name);

/*
 * Ask the process to put everything back, and to count for at most `settle_ns` until no frame
 * returns through a stub any more; wait until it has. 0, or -1 and *error: it does not answer.
 */
int attached_detach(const struct attached *of, uint64_t settle_ns, struct error *error);

#endif
