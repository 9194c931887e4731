/*
 * record/ring_server.h - ring files for processes of the session that cannot reach its
 * directory, on request; and files of libraries that its processes load.
 *
 * The protocol is in ring_socket.h. Whoever can see our network may connect and say what
 * he likes, or nothing: nothing here waits for a peer, a peer that breaks the protocol is
 * hung up on, and one that is silent makes room when others come.
 */
#ifndef OUTLIVE_RECORD_RING_SERVER_H
#define OUTLIVE_RECORD_RING_SERVER_H

#include "record/session.h"

#include <stdbool.h>

struct ring_server;

/* NULL: none is to be had, and such processes go unrecorded. `session` must outlive it. */
struct ring_server *ring_server_new(const struct session *session);

/*
 * What to do with a library's file that a process gives: `file` is the taker's from then on.
 * Until this is called they are closed.
 */
typedef void ring_server_take(void *context, const char *path, int file);
void ring_server_on_module(struct ring_server *server, ring_server_take *take,
                           void *context);

/* Readable when ring_server_step() has something to do. */
int ring_server_descriptor(const struct ring_server *server);

/*
 * Answer those who ask, take what is given, name the rings that are complete. Bounded. False:
 * there was nothing to do.
 */
bool ring_server_step(struct ring_server *server);

/* Listen no more; the rings that are complete by now get their names. NULL is allowed. */
void ring_server_free(struct ring_server *server);

#endif
