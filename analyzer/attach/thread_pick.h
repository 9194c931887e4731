/*
 * attach/thread_pick.h - an attach that is under way, and the thread that it stops.
 */
#ifndef OUTLIVE_ATTACH_THREAD_PICK_H
#define OUTLIVE_ATTACH_THREAD_PICK_H

#include "attach/injection.h"
#include "attach/thread_stop.h"
#include "attach/watch.h"

struct attempt {
	struct injection *injection;
	struct injection_report *report;
	struct thread_stop stop;
	struct watch watch;
	uint64_t code, data; /* of the carrier in the process */
	bool is_again;       /* they were there before */
	uint64_t begun_ns;
};

static inline int attempt_pid(const struct attempt *attempt)
{
	return (int)attempt->injection->settings.pid;
}

/*
 * Stop a thread that can be used: attempt->stop has it. 0, or -1 and the report's error: the
 * process is as before.
 */
int thread_pick(struct attempt *attempt);

/*
 * Whether the process's filter of system calls allows what is needed: copies it from a thread
 * that is stopped for that. 0, or -1 and the report's error.
 */
int thread_pick_filters(struct attempt *attempt);

#endif
