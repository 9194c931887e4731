/*
 * live/session.h - a thread that follows a process, so that whoever shows it never waits: neither
 * for events nor for names, which may take seconds to find.
 */
#ifndef OUTLIVE_LIVE_SESSION_H
#define OUTLIVE_LIVE_SESSION_H

#include "live/feed.h"
#include "live/frame.h"

#include <stdbool.h>
#include <stdint.h>

struct live_session;

/*
 * Begin to follow what the feed has opened, which the session then owns; a frame every `every_ns`.
 * NULL and *error: no thread, or memory, for that; then the feed is released.
 */
struct live_session *live_session_start(struct live_feed *feed, uint64_t every_ns,
                                        struct error *error);
/* Waits for the end of what the thread is doing. */
void live_session_stop(struct live_session *session);

/* What the next frames are to show. While it is frozen there are frames, but no events. */
void live_session_ask(struct live_session *session, const struct live_request *request,
                      bool is_frozen);

/* Readable when there is a frame that was not taken. */
int live_session_descriptor(const struct live_session *session);

/* Exchange *frame (zeroed, or an earlier one) for the newest. False: there is none. */
bool live_session_take(struct live_session *session, struct live_frame *frame);

#endif
