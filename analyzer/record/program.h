/*
 * record/program.h - the program somebody wants recorded: where it is, and whether preloading
 * into it can work at all.
 */
#ifndef OUTLIVE_RECORD_PROGRAM_H
#define OUTLIVE_RECORD_PROGRAM_H

#include "base/error.h"

#include <limits.h>

/* Exit statuses of shells for a program that could not be started. */
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

enum program_result {
	PROGRAM_OK,
	PROGRAM_NOT_FOUND,      /* EXIT_NOT_FOUND */
	PROGRAM_NOT_EXECUTABLE, /* there, but exec would fail: EXIT_NOT_EXECUTABLE */
	PROGRAM_REFUSED,        /* would run, but unrecorded: EXIT_BAD_INPUT */
};

/*
 * Find `name` as execvp() would (PATH unless it has a slash) and check it: the #! chain
 * is followed to the ELF file that the kernel will load, which must be 64-bit, of this
 * machine, dynamically linked against glibc, and not run in secure mode (setuid, file
 * capabilities), where the loader ignores LD_PRELOAD.
 *
 *   path   out: what to exec (the script itself, if it is one)
 *   error  filled unless PROGRAM_OK: what is wrong, and what to do instead
 */
enum program_result program_check(const char *name, char path[PATH_MAX],
                                  struct error *error);

/*
 * The absolute path of liboutlive.so: beside this executable, or in ../lib/outlive/ of
 * it. 0, or -1: *error says where it was looked for, or why it cannot be preloaded.
 */
int program_library(char path[PATH_MAX], struct error *error);

#endif
