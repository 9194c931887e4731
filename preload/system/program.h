/*
 * system/program.h - whether a library can be preloaded into a program that is about to start.
 *
 * As in environment.h, nothing is allocated or kept, and errno is left alone: this runs between
 * vfork() and exec. It takes 1 KiB of stack.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_PROGRAM_H
#define OUTLIVE_PRELOAD_SYSTEM_PROGRAM_H

#include <stdbool.h>

/* A program, as exec takes it. */
struct program_file {
	int directory; /* AT_FDCWD, or as execveat(2) takes it */
	const char *path;
	int flags; /* AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW */
	const char
		*search; /* the value of PATH, for a `path` without a slash; NULL: none */
};

enum program_kind {
	PROGRAM_TAKES,   /* its loader preloads libraries; or the file cannot be read */
	PROGRAM_IGNORES, /* static, setuid or setgid, or with file capabilities */
	PROGRAM_REFUSES, /* for 32 bits, or musl: its loader would report an error, or give up */
};

/* What the program does with a library in LD_PRELOAD. Scripts are as their interpreters. */
enum program_kind program_kind(const struct program_file *file);

#endif
