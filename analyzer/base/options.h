/*
 * base/options.h - parses command lines by a table of options, and prints their help.
 */
#ifndef OUTLIVE_BASE_OPTIONS_H
#define OUTLIVE_BASE_OPTIONS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_kind {
	OPTION_FLAG, /* bool; --name, no argument */
	OPTION_STRING, /* const char *; points into argv. Of all options, the last one holds */
	OPTION_ONCE,  /* the same, but a second one is refused, as both could be meant */
	OPTION_COUNT, /* struct option_number; decimal */
	OPTION_SIZE,  /* uint64_t, bytes; decimal with K, M, G or T (powers of 1024) */
	OPTION_TIME, /* uint64_t, nanoseconds; decimal with ms, s, m or h; seconds without */
	OPTION_CHOICE, /* struct option_choice; index into `choices` */
	OPTION_LIST,   /* struct option_list; may be given several times */
};

/* A value, which is the default unless is_given. */
struct option_number {
	uint64_t value;
	bool is_given;
};

struct option_choice {
	int value;
	bool is_given;
};

struct option_alias {
	const char *name;
	int value; /* index into `choices` */
};

#define OPTION_LIST_MAX 64
struct option_list {
	const char *items[OPTION_LIST_MAX]; /* point into argv */
	size_t count;
};

struct option {
	const char *name; /* without the dashes */
	char letter;      /* 0: no short form */
	enum option_kind kind;
	size_t offset;        /* of the value in the command's struct of values */
	const char *argument; /* its name in the help: "FILE"; NULL for a choice or flag */
	const char *help;     /* '\n' begins another line */
	const char *const *choices; /* CHOICE: the names, ended by NULL */
	/* CHOICE: other names that are accepted but not shown, ended by a NULL name; or NULL */
	const struct option_alias *aliases;
};

enum options_result {
	OPTIONS_OK,
	OPTIONS_HELP,  /* -h or --help was given: print the help, exit 0 */
	OPTIONS_WRONG, /* command_line.error says why */
};

/* A command line, the options that it may have, and the result of parsing it. */
struct command_line {
	const struct option *options;
	size_t option_count;
	bool stops_at_operand; /* the words after it belong to another program */
	void *values;          /* the command's struct; the caller sets the defaults */
	int argc;
	char **argv;       /* options_parse() moves operands behind options */
	int first_operand; /* index of the first operand; argc: none */
	struct error error;
};

/* Read a time as OPTION_TIME does. 0, or -1: the text is none. */
int option_time(const char *text, uint64_t *time_ns);

/* Parse argv[1..] into the values. "--" ends the options. */
enum options_result options_parse(struct command_line *line);

/*
 * Print the options as lines of a --help text, including --help itself, as wide as the file's
 * terminal.
 */
void options_print(FILE *file, const struct option *options, size_t count);

/*
 * Parse a decimal number of bytes with an optional K, M, G or T; a larger number than fits
 * becomes UINT64_MAX. 0, or -1 if it is not such a number.
 */
int option_size(const char *text, uint64_t *bytes);

#endif
