/*
 * record/program.h - the program to record: where it is, and whether a library can be preloaded
 * into it at all.
 */
#ifndef OUTLIVE_RECORD_PROGRAM_H
#define OUTLIVE_RECORD_PROGRAM_H

#include "base/error.h"

#include <limits.h>

/* The exit statuses that shells use for a program that could not be started. */
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

enum program_result {
	PROGRAM_OK,
	PROGRAM_NOT_FOUND,      /* EXIT_NOT_FOUND */
	PROGRAM_NOT_EXECUTABLE, /* it exists, but exec would fail: EXIT_NOT_EXECUTABLE */
	PROGRAM_REFUSED,        /* it would run unrecorded: EXIT_BAD_INPUT */
	PROGRAM_FOLLOWED,       /* it runs unrecorded, but what it starts is recorded */
};

/*
 * Find `name` as execvp() does (in PATH unless it has a slash) and check it. The #! chain is
 * followed to the ELF file that the kernel will load. That must be 64-bit, of this machine,
 * dynamically linked against glibc, and not run in secure mode (setuid, file capabilities), in
 * which the loader ignores LD_PRELOAD. A program of pure Go that can start others (`go build`) is
 * followed.
 *
 *   path   out: what to exec (the script itself, if it is one)
 *   error  set unless PROGRAM_OK: what is wrong, and what to do instead
 */
enum program_result program_check(const char *name, char path[PATH_MAX],
                                  struct error *error);

/*
 * The absolute path of liboutlive.so: beside this executable, or in ../lib/outlive/ relative to
 * it. 0, or -1: *error says in which directories it was not found.
 */
int program_library(char path[PATH_MAX], struct error *error);

#endif
