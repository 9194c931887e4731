/*
 * record/ring_server.h - makes ring files for processes of the session that cannot reach its
 * directory, and receives files of libraries that its processes load.
 *
 * The protocol is in ring_socket.h. Any process in our network namespace may connect and send
 * anything, or nothing: nothing here waits for a peer, a peer that breaks the protocol is
 * disconnected, and a silent peer is disconnected when others need its slot.
 */
#ifndef OUTLIVE_RECORD_RING_SERVER_H
#define OUTLIVE_RECORD_RING_SERVER_H

#include "record/session.h"

#include <stdbool.h>

struct ring_server;

/*
 * NULL: the server cannot be started, and such processes are not recorded. `session` must exist
 * as long as the server.
 */
struct ring_server *ring_server_new(const struct session *session);

/*
 * Set the function that receives libraries' files; it then owns `file`. Until this is called,
 * such files are closed.
 */
typedef void ring_server_take(void *context, const char *path, int file);
void ring_server_on_module(struct ring_server *server, ring_server_take *take,
                           void *context);

/* Readable when ring_server_step() has something to do. */
int ring_server_descriptor(const struct ring_server *server);

/*
 * Answer requests, receive files, and name the rings that are complete. The work of one step is
 * bounded. False: there was nothing to do.
 */
bool ring_server_step(struct ring_server *server);

/* Step until there is nothing to do; the number of steps is bounded. */
void ring_server_empty(struct ring_server *server);

/* Close the server; rings that are complete by now get their names. NULL is allowed. */
void ring_server_free(struct ring_server *server);

#endif
