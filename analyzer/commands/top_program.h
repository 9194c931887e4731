/*
 * commands/top_program.h - a program that `outlive top` starts: recorded by an `outlive run` of its
 * own, with its output kept away from the screen.
 */
#ifndef OUTLIVE_COMMANDS_TOP_PROGRAM_H
#define OUTLIVE_COMMANDS_TOP_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct top_program {
	pid_t run; /* the `outlive run`; 0: none was started */
	bool has_ended;
	int wait_status;
	char trace[PATH_MAX];
	uint64_t old_session;  /* of a trace of that name that was there before; 0: none */
	char output[PATH_MAX]; /* what it prints, if that would go to the terminal; or "" */
};

/*
 * Start it: `argv` ends with NULL; `trace` NULL: PROGRAM.PID.outlive. Exits with an error if that
 * fails.
 */
void top_program_start(struct top_program *program, const char *trace, char **argv);

/*
 * The recording could not be opened (yet): wait a little. False: the program has ended, or was
 * never started.
 */
bool top_program_wait(struct top_program *program);

/* Why there was nothing to show: prints what `outlive run` printed, and exits with its status. */
_Noreturn void top_program_die(struct top_program *program);

/*
 * The screen is closed. Pass on a signal (0: none, it may run on), wait for its end if it was sent
 * one or has ended, and print where trace and output are. Returns the exit status.
 */
int top_program_end(struct top_program *program, int signal, bool has_ended);

#endif
