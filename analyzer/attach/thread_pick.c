/* attach/thread_pick.c - tries threads until one can be used. */
#include "attach/thread_pick.h"

#include "attach/choice.h"
#include "attach/filter.h"
#include "attach/safe_point.h"
#include "base/kernel_clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STOP_NS UINT64_C(2000000000) /* to find a thread that can be used */
#define TRIES_ALONE 400              /* with one thread */
#define APART_US 1000

/* ---- a thread that can be used ---- */

static bool is_single(const struct injection *injection)
{
	uint8_t single = 1;

	return remote_read(&injection->remote, injection->single_threaded, &single,
	                   sizeof(single)) &&
	       single;
}

/*
 * With one thread, libc takes no locks. From the moment that another one may be born it must:
 * pthread_create() would say so too late. It is not set back: that is what libc does, too.
 */
static bool place_check(struct attempt *attempt, const char **why)
{
	struct injection *injection = attempt->injection;
	const uint8_t many = 0;

	*why = NULL;
	if (!is_single(injection))
		return true;
	*why = "code that cannot be followed";
	if (!injection->place ||
	    !safe_point_is(injection->place, &attempt->stop.registers, why))
		return false;
	return remote_write(&injection->remote, injection->single_threaded, &many,
	                    sizeof(many));
}

/* 1: stopped and usable; 0: not this one; -1 and the report's error. */
static int thread_try(struct attempt *attempt, pid_t tid, const char **why)
{
	struct error *error = &attempt->report->error;

	attempt->report->tries++;
	switch (thread_stop_begin(&attempt->stop, tid)) {
	case STOP_DONE: break;
	case STOP_LATER: return 0;
	case STOP_STOPPED:
		return error_set(error, "%d: is stopped: continue it first (kill -CONT %d)",
		                 attempt_pid(attempt), attempt_pid(attempt));
	case STOP_DENIED:
		process_denied(&attempt->injection->facts, attempt_pid(attempt), errno, error);
		return -1;
	}
	if (place_check(attempt, why))
		return 1;
	thread_stop_end(&attempt->stop);
	return 0;
}

int thread_pick(struct attempt *attempt)
{
	uint64_t until_ns = kernel_now_ns() + STOP_NS;
	const char *why = NULL;
	int found = 0;

	while (!found && kernel_now_ns() < until_ns &&
	       attempt->report->tries <
	           TRIES_ALONE + attempt->injection->facts.threads * 4) {
		pid_t *tids;
		size_t count = choice_threads(attempt_pid(attempt), &tids), i;

		if (!count)
			return error_set(&attempt->report->error, "%d: has ended",
			                 attempt_pid(attempt));
		for (i = 0; i < count && !found && kernel_now_ns() < until_ns; i++) {
			found = thread_try(attempt, tids[i], &why);
			if (count > 1) /* the only one is waited for again */
				late_stops_let_go(&attempt->stop.late);
		}
		free(tids);
		if (!found)
			usleep(APART_US + (unsigned)random() % APART_US);
	}
	if (found)
		return found < 0 ? -1 : 0;
	if (why)
		return error_set(&attempt->report->error,
		                 "%d: its only thread was in %s at each of %u tries: try again",
		                 attempt_pid(attempt), why, attempt->report->tries);
	return error_set(
		&attempt->report->error,
		"%d: no thread has stopped: all of them wait in the kernel (state D), "
		"or do not get a processor: try again",
		attempt_pid(attempt));
}

/* ---- a filter of system calls ---- */

/* Copy the filters from a thread, and run them: a second stop follows for the attach itself. */
int thread_pick_filters(struct attempt *attempt)
{
	struct error *error = &attempt->report->error;
	struct filters filters;
	int result, cause;

	if (attempt->injection->facts.seccomp != 2 ||
	    attempt->injection->settings.allows_filter)
		return 0;
	if (thread_pick(attempt))
		return -1;
	result = filters_read(&filters, attempt->stop.tid);
	cause = errno;
	thread_stop_end(&attempt->stop);
	if (result == 0)
		result = filters_check(&filters, attempt_pid(attempt), error);
	else
		error_set(error,
		          "%d: filters its system calls (seccomp), and the filter cannot be "
		          "read (%s): attach as root, or, if it allows what threads and "
		          "libraries need, with --assume-seccomp-allows",
		          attempt_pid(attempt), strerror(cause));
	filters_release(&filters);
	return result;
}
