/*
 * record/session.h - the directory in which the processes of one `outlive run` keep their
 * rings, and the number that they share.
 *
 * The directory is in /dev/shm if a ring fits there, since shared memory is never written to a
 * disk; otherwise it is beside the trace. Only we may list it. If we are root, any user may
 * create a file in it, so that a process that gave up its privileges still gets a ring. Its
 * files are trusted no more than any other input.
 */
#ifndef OUTLIVE_RECORD_SESSION_H
#define OUTLIVE_RECORD_SESSION_H

#include "base/error.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session {
	uint64_t number;          /* random: OUTLIVE_SESSION */
	int descriptor;           /* of the directory */
	int parent;               /* of the directory that it is in (O_PATH); -1: none */
	char directory[PATH_MAX]; /* absolute path */
	size_t
		there_bytes; /* of the path before the root that the process sees; 0: it is ours */
	char link[PATH_MAX]; /* to the library, in a directory of its own; "": none */
};

/*
 * Make the directory. `beside` is the absolute directory of the trace: the rings go there if a
 * ring of `ring_bytes` does not fit into shared memory. 0, or -1 and *error.
 */
int session_open(struct session *session, const char *beside, uint64_t ring_bytes,
                 struct error *error);

/*
 * The same for a process that sees other files: `root` is its root directory, `there` a path to
 * that, and the session's directory is in its /dev/shm, /tmp or /var/tmp. Links there lead
 * nowhere else (process/root.h). session_seen() is the path as that process sees it.
 */
int session_open_there(struct session *session, int root, const char *there,
                       uint64_t ring_bytes, struct error *error);
const char *session_seen(const struct session *session);

/*
 * Make sure that LD_PRELOAD can contain the library's path. The loader splits at spaces and
 * colons: a path that has one is replaced by the path of a link beside the session's directory.
 * 0, or -1 and *error.
 */
int session_library(struct session *session, char path[PATH_MAX], struct error *error);

/*
 * The number of running processes that were started with this session in their environment, as
 * far as we may read it. Some of them may have no ring yet.
 */
size_t session_process_count(const struct session *session);

/*
 * Prevent new rings: renames the directory, and sets session->directory to the new name.
 * Descriptors and mappings stay valid.
 */
void session_seal(struct session *session);

/*
 * Close the session, and remove the directory if no ring is left in it. True: it is removed.
 * The link to the library stays while processes of the session run, for the programs that they
 * start.
 */
bool session_close(struct session *session);

#endif
