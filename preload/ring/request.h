/*
 * ring/request.h - asks `outlive run` for a ring's file where its directory cannot be reached,
 * and sends it files of libraries.
 *
 * ring_socket.h has the protocol, and why each side can trust the other.
 */
#ifndef OUTLIVE_PRELOAD_RING_REQUEST_H
#define OUTLIVE_PRELOAD_RING_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Call at the start of an image: remembers which filter of system calls it runs under. Once the
 * process has installed another, nothing is asked any more: a filter that does not know sockets
 * may kill.
 */
void ring_request_start(void);

/*
 * Ask for a file, for at most half a second. Returns its descriptor: an empty regular file that
 * only we or root own. When it has become a ring, close *socket, and it gets its name.
 * Negative: no file was given, and no descriptor is open.
 */
int ring_request(uint64_t session, int *socket);

/* Whether a listener exists for such a request. */
bool ring_request_is_heard(uint64_t session);

/*
 * Send `file`, a library's, to the listener; its path is `directory` (perhaps "") and `path`
 * together. Does not wait. False: it was not taken.
 */
bool ring_request_give(uint64_t session, int file, const char *directory,
                       const char *path);

#endif
