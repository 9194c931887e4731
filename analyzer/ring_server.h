/*
 * ring_server.h - ring files for processes of the session that cannot reach its
 * directory, on request. Layer 2.
 *
 * The protocol is in ring_socket.h. Whoever can see our network may connect and say what
 * he likes, or nothing: nothing here waits for a peer, a peer that breaks the protocol is
 * hung up on, and one that is silent makes room when others come.
 */
#ifndef OUTLIVE_RING_SERVER_H
#define OUTLIVE_RING_SERVER_H

#include "session.h"

struct ring_server;

/* NULL: none is to be had, and such processes go unrecorded. `session` must outlive it. */
struct ring_server *ring_server_new(const struct session *session);

/* Readable when ring_server_step() has something to do. */
int ring_server_descriptor(const struct ring_server *server);

/* Answer those who ask; name the rings that are complete. Bounded. */
void ring_server_step(struct ring_server *server);

/* Listen no more; the rings that are complete by now get their names. NULL is allowed. */
void ring_server_free(struct ring_server *server);

#endif
