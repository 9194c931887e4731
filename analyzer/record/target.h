/*
 * record/target.h - the recorded program as our child: started with liboutlive.so preloaded,
 * its signals and its end passed on as if we were not there.
 *
 * It keeps our stdin, stdout, stderr, process group and terminal. What the terminal
 * sends (Ctrl-C, Ctrl-\, hang-up) reaches it anyway, so we only outlast it; what another
 * process sends to us is handed on. When it stops for job control we stop with it.
 */
#ifndef OUTLIVE_RECORD_TARGET_H
#define OUTLIVE_RECORD_TARGET_H

#include "base/error.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct target_settings {
	const char *path;      /* what to exec */
	char *const *argv;     /* its arguments, argv[0] as the user typed it */
	const char *library;   /* liboutlive.so, absolute */
	const char *directory; /* of the rings, absolute */
	uint64_t ring_bytes;   /* of all chunks, a multiple of CHUNK_BYTES */
	uint64_t session;
	bool is_flight;   /* flight recorder, else drain */
	bool is_followed; /* children are recorded, too */
	bool is_plain;    /* without return stubs */
};

#define TARGET_ACTIONS 3

struct target {
	pid_t pid;
	bool has_ended;
	int wait_status;     /* as of waitpid(), once it has ended */
	unsigned interrupts; /* SIGINT, SIGTERM, SIGHUP, SIGQUIT since it ended */
	int signals;         /* signalfd */
	int gate;            /* to the child before exec: a byte is go, end of file is no */
	int refusal;         /* from the child: errno of exec, or end of file */
	bool has_terminal;
	sigset_t mask;  /* ours before; the child runs with it */
	bool has_taken; /* the signals */
	/* of SIGCHLD, SIGPIPE and SIGXFSZ; the child runs with them */
	struct sigaction old_actions[TARGET_ACTIONS];
};

/*
 * First of all: what is written for the program's sake, files and stderr, is no reason to
 * die of it. The child, or who runs target_become(), has the signals as they were.
 */
void target_signals_hold(struct target *target);

/*
 * Then: if stdin, stdout or stderr is closed, no file of ours may come to lie there,
 * or what is said on stderr would be written into it. The child has them closed.
 */
void target_streams_hold(void);

/*
 * Fork the child, which waits before exec, so that its pid can name the trace. From here
 * on our signals are blocked and taken by target_wait(). 0, or -1 and *error.
 */
int target_fork(struct target *target, const struct target_settings *settings,
                struct error *error);

/*
 * Let the child exec. 0: it runs the program; else the errno of exec, and there is
 * no child any more.
 */
int target_release(struct target *target);

/*
 * Run the program in our own place, as if we had never been there; a child that waits is
 * ended. The errno of exec, if that fails.
 */
int target_become(struct target *target, const char *path, char *const *argv);

/* End the child that still waits before exec. */
void target_abandon(struct target *target);

/*
 * Sleep until a signal came, `other` (a descriptor, or -1) is readable, or
 * `timeout_ms` have passed; pass signals on, notice the child's end. When the child
 * stopped for job control, we stop in here until we are continued.
 */
void target_wait(struct target *target, int other, int timeout_ms);

/* The exit status that mirrors the child's: its own, or 128 + the signal. */
int target_exit_status(const struct target *target);

/* "signal 11 (Segmentation fault), core dumped" into text; false if it just exited. */
bool target_death(const struct target *target, char *text, size_t bytes);

#endif
