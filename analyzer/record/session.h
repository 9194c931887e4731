/*
 * record/session.h - the directory where the processes of one `outlive run` keep their rings,
 * and the number they share.
 *
 * In /dev/shm while a ring fits there, because shared memory is never written back to a
 * disk; else beside the trace. Only we may list it. When we are root anybody may create
 * a file in it, so that a process which gave up its privileges still gets its ring;
 * what lies there is no more believed than any other input.
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
	char directory[PATH_MAX]; /* absolute */
	char link[PATH_MAX];      /* to the library, in a directory of its own; or "" */
};

/*
 * Make the directory. `beside` is the absolute directory of the trace, where it goes if
 * a ring of `ring_bytes` does not fit into shared memory. 0, or -1 and *error.
 */
int session_open(struct session *session, const char *beside, uint64_t ring_bytes,
                 struct error *error);

/*
 * A name for the library that LD_PRELOAD can carry: the loader splits at spaces and
 * colons, so a path with one gets a link beside the session's directory, whose path
 * replaces it. 0, or -1 and *error.
 */
int session_library(struct session *session, char path[PATH_MAX], struct error *error);

/*
 * How many processes were started with this session in their environment and still run
 * (of those we may look at); some of them may have no ring yet.
 */
size_t session_process_count(const struct session *session);

/*
 * No ring shall be made any more: the directory moves aside, to where session->directory
 * says then. Descriptors and mappings of it stay as they are.
 */
void session_seal(struct session *session);

/*
 * Close it; the directory goes, too, if no ring is left in it. True: it is gone. The link
 * to the library stays for processes that go on, and what they start.
 */
bool session_close(struct session *session);

#endif
