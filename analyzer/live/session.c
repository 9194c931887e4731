/* live/session.c - a thread that follows a process. */
#include "live/session.h"

#include "base/kernel_clock.h"
#include "live/compose.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define TURN_NS UINT64_C(20000000) /* a request waits no longer than this */

struct live_session {
	pthread_t thread;
	int ready; /* eventfd */
	uint64_t every_ns;
	/* of the thread alone */
	struct live_feed feed;
	struct live_composer composer;
	struct live_frame next;
	uint64_t refreshed_ns;
	unsigned process_number; /* see live_request */
	/* of both, under the lock */
	pthread_mutex_t lock;
	pthread_cond_t asked;
	struct live_request request;
	unsigned request_number;
	bool is_frozen, is_stopping;
	struct live_frame frame;
	bool has_frame;
};

/* ---- the thread ---- */

static void frames_exchange(struct live_frame *one, struct live_frame *other)
{
	struct live_frame old = *one;

	*one = *other;
	*other = old;
}

/* Show the next frame; the old one's memory is used for the one after it. */
static void frame_show(struct live_session *session)
{
	uint64_t one = 1;

	pthread_mutex_lock(&session->lock);
	frames_exchange(&session->frame, &session->next);
	session->has_frame = true;
	pthread_mutex_unlock(&session->lock);
	/* it is full only if it is readable anyway */
	if (write(session->ready, &one, sizeof(one)) < 0)
		return;
}

/* Follow on until `until_ns`. 0, or -1 and *error. */
static int session_follow(struct live_session *session, uint64_t until_ns,
                          struct error *error)
{
	uint64_t now_ns = kernel_now_ns();
	int result;

	if (!session->feed.is_behind &&
	    now_ns - session->refreshed_ns >= session->every_ns) {
		session->refreshed_ns = now_ns;
		if (live_feed_refresh(&session->feed, error))
			return -1;
	}
	if (!session->feed.is_behind)
		return 0;
	result = live_feed_replay(&session->feed, until_ns, error);
	if (result)
		return result < 0 ? -1 : 0;
	result = live_feed_move_on(&session->feed, error);
	if (result > 0)
		live_composer_reset(&session->composer);
	return result < 0 ? -1 : 0;
}

/* Follow another process, if that is asked for. 0, or -1 and *error. */
static int process_choose(struct live_session *session,
                          const struct live_request *request, struct error *error)
{
	int result;

	if (session->process_number == request->process_number)
		return 0;
	session->process_number = request->process_number;
	result = live_feed_next(&session->feed, error);
	if (result > 0) {
		live_composer_reset(&session->composer);
		session->refreshed_ns = 0;
	}
	return result < 0 ? -1 : 0;
}

/* Wait until the next step is due, or something is asked for. */
static void session_wait(struct live_session *session, uint64_t until_ns)
{
	struct timespec until = { (time_t)(until_ns / 1000000000),
		                      (long)(until_ns % 1000000000) };

	pthread_cond_timedwait(&session->asked, &session->lock, &until);
}

/* Make a frame, or one that says why there can be no more. False: that is the last one. */
static bool session_compose(struct live_session *session,
                            const struct live_request *request, struct error *error)
{
	if (!*error->message &&
	    live_compose(&session->composer, &session->feed, request, &session->next))
		error_fill(error, "%s: out of memory", session->feed.path);
	session->next.error = *error;
	frame_show(session);
	return !*error->message;
}

/* A frame is best made when all events that were found are replayed; but not much later. */
static bool is_frame_due(const struct live_session *session, uint64_t since_ns)
{
	return since_ns >= session->every_ns * (session->feed.is_behind ? 2 : 1);
}

static void *session_run(void *argument)
{
	struct live_session *session = argument;
	struct error error = { "" };
	uint64_t shown_ns = 0, now_ns;
	struct live_request request;
	unsigned number = 0;
	bool is_frozen, is_asked, goes_on = true;

	pthread_mutex_lock(&session->lock);
	while (!session->is_stopping && goes_on) {
		request = session->request;
		is_frozen = session->is_frozen;
		is_asked = number != session->request_number;
		number = session->request_number;
		pthread_mutex_unlock(&session->lock);
		if (process_choose(session, &request, &error) ||
		    (!is_frozen && session_follow(session, kernel_now_ns() + TURN_NS, &error)))
			is_asked = true;
		now_ns = kernel_now_ns();
		if (is_asked || (!is_frozen && is_frame_due(session, now_ns - shown_ns))) {
			shown_ns = now_ns;
			goes_on = session_compose(session, &request, &error);
		}
		pthread_mutex_lock(&session->lock);
		if (!session->is_stopping && number == session->request_number &&
		    (!session->feed.is_behind || is_frozen))
			session_wait(session, shown_ns + session->every_ns);
	}
	pthread_mutex_unlock(&session->lock);
	return NULL;
}

/* ---- whoever shows it ---- */

/* Signals are for the thread that has the terminal. */
static int thread_start(struct live_session *session)
{
	sigset_t all, old;
	int failure;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	failure = pthread_create(&session->thread, NULL, session_run, session);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return failure;
}

static void session_release(struct live_session *session)
{
	if (session->ready >= 0)
		close(session->ready);
	live_composer_reset(&session->composer);
	live_frame_release(&session->frame);
	live_frame_release(&session->next);
	live_feed_release(&session->feed);
	pthread_cond_destroy(&session->asked);
	pthread_mutex_destroy(&session->lock);
	free(session);
}

struct live_session *live_session_start(struct live_feed *feed, uint64_t every_ns,
                                        struct error *error)
{
	struct live_session *session = calloc(1, sizeof(*session));
	pthread_condattr_t attributes;
	int failure;

	if (!session) {
		live_feed_release(feed);
		error_fill(error, "out of memory");
		return NULL;
	}
	session->feed = *feed;
	session->every_ns = every_ns;
	pthread_mutex_init(&session->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&session->asked, &attributes);
	pthread_condattr_destroy(&attributes);
	session->ready = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	failure = session->ready < 0 ? errno : thread_start(session);
	if (!failure)
		return session;
	error_fill(error, "no thread can be started: %s", strerror(failure));
	session_release(session);
	return NULL;
}

void live_session_stop(struct live_session *session)
{
	if (!session)
		return;
	pthread_mutex_lock(&session->lock);
	session->is_stopping = true;
	pthread_cond_signal(&session->asked);
	pthread_mutex_unlock(&session->lock);
	pthread_join(session->thread, NULL);
	session_release(session);
}

void live_session_ask(struct live_session *session, const struct live_request *request,
                      bool is_frozen)
{
	pthread_mutex_lock(&session->lock);
	session->request = *request;
	session->is_frozen = is_frozen;
	session->request_number++;
	pthread_cond_signal(&session->asked);
	pthread_mutex_unlock(&session->lock);
}

int live_session_descriptor(const struct live_session *session)
{
	return session->ready;
}

bool live_session_take(struct live_session *session, struct live_frame *frame)
{
	uint64_t count;
	bool has_frame;

	/* what it says is only that there is a frame */
	if (read(session->ready, &count, sizeof(count)) < 0)
		count = 0;
	pthread_mutex_lock(&session->lock);
	has_frame = session->has_frame;
	if (has_frame)
		frames_exchange(frame, &session->frame);
	session->has_frame = false;
	pthread_mutex_unlock(&session->lock);
	return has_frame;
}
