/*
 * record/target.h - the recorded program as our child: starts it with liboutlive.so preloaded,
 * and passes on its signals and its end as if we did not exist.
 *
 * The program has our stdin, stdout, stderr, process group and terminal. Signals of the
 * terminal (Ctrl-C, Ctrl-\, hang-up) reach it without us, and we only wait for its end; signals
 * that another process sends to us are passed on. When it stops for job control, we stop, too.
 */
#ifndef OUTLIVE_RECORD_TARGET_H
#define OUTLIVE_RECORD_TARGET_H

#include "base/error.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct target_settings {
	const char *path;       /* what to exec */
	char *const *argv;      /* argv[0] is as the user typed it */
	const char *library;    /* absolute path of liboutlive.so */
	const char *directory;  /* absolute path of the rings' directory */
	uint64_t ring_bytes;    /* of all chunks of a ring, a multiple of CHUNK_BYTES */
	uint64_t go_heap_bytes; /* for each sample of Go's heap; 0: none */
	uint64_t sample_bytes;  /* of which one is sampled; 0: all blocks are recorded */
	uint64_t session;
	uint64_t start_ns;       /* CLOCK_MONOTONIC: when to begin; 0: by the phase */
	const char *start_phase; /* in which to begin; NULL: at once, or by the time */
	bool is_flight;          /* flight recorder, else drain */
	bool is_followed;        /* child processes are recorded, too */
	bool is_plain;           /* without return stubs */
};

#define TARGET_ACTIONS 3

struct target {
	pid_t pid;
	bool has_ended;
	int wait_status;     /* from waitpid(), once has_ended */
	unsigned interrupts; /* SIGINT, SIGTERM, SIGHUP, SIGQUIT after its end */
	int signals;         /* signalfd */
	int gate;    /* pipe to the child: a byte lets it exec, end of file makes it exit */
	int refusal; /* pipe from the child: errno of exec; end of file: exec worked */
	bool has_terminal;
	sigset_t mask;  /* our old signal mask; the child runs with it */
	bool has_taken; /* target_wait() takes the signals */
	/* old actions of SIGCHLD, SIGPIPE and SIGXFSZ; the child runs with them */
	struct sigaction old_actions[TARGET_ACTIONS];
};

/*
 * Call first: a failed write to stderr or a file must not kill us. The child, and the program
 * that target_become() runs, get the old actions.
 */
void target_signals_hold(struct target *target);

/*
 * Call second: if stdin, stdout or stderr is closed, occupies its descriptor, so that no file
 * of ours gets it and receives what is printed to stderr. In the child they are closed.
 */
void target_streams_hold(void);

/*
 * Fork the child, which waits before exec so that its pid can be part of the trace's name. From
 * here on our signals are blocked, and target_wait() takes them. 0, or -1 and *error.
 */
int target_fork(struct target *target, const struct target_settings *settings,
                struct error *error);

/*
 * Call instead, if the process that is recorded is not our child: target_wait() takes our signals,
 * and counts those that would end us. 0, or -1 and *error.
 */
int target_none(struct target *target, struct error *error);

/*
 * Let the child exec. 0: it runs the program; otherwise the errno of exec, and the child has
 * ended.
 */
int target_release(struct target *target);

/*
 * Replace ourselves by the program, as if we had never run; a waiting child is ended. Returns
 * the errno of exec if that fails.
 */
int target_become(struct target *target, const char *path, char *const *argv);

/* End the child that waits before exec. */
void target_abandon(struct target *target);

/*
 * Sleep until a signal comes, `other` (a descriptor, or -1) is readable, or `timeout_ms` have
 * passed. Passes signals on, and notices the child's end. If the child stopped for job control,
 * we stop in here until we are continued.
 */
void target_wait(struct target *target, int other, int timeout_ms);

/* The exit status that mirrors the child's end: its own, or 128 + the signal. */
int target_exit_status(const struct target *target);

/*
 * Write "signal 11 (Segmentation fault), core dumped" into `text`. False: no signal killed it.
 */
bool target_death(const struct target *target, char *text, size_t bytes);

#endif
