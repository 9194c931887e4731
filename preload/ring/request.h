/*
 * ring/request.h - a file for the ring, asked of `outlive run` where its directory cannot
 * be reached; and files of libraries, given to it.
 *
 * The protocol, and why either side believes the other: ring_socket.h.
 */
#ifndef OUTLIVE_PRELOAD_RING_REQUEST_H
#define OUTLIVE_PRELOAD_RING_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

/*
 * At the start of an image: remember under what filter of system calls it runs. Once the
 * process has put itself under another, nothing is asked any more: a filter that never
 * heard of sockets may kill.
 */
void ring_request_start(void);

/*
 * Ask for a file, for half a second at most. Its descriptor: an empty regular file, ours or
 * root's alone; when it is a ring, close *socket, and it gets its name. Negative: none is
 * to be had, and no descriptor is open.
 */
int ring_request(uint64_t session, int *socket);

/* Whether somebody would hear such a request. */
bool ring_request_is_heard(uint64_t session);

/*
 * Give `file`, a library's, to who answers such requests; its path is `directory` (perhaps
 * "") and `path` together. Nothing is waited for. False: nobody took it.
 */
bool ring_request_give(uint64_t session, int file, const char *directory,
                       const char *path);

#endif
