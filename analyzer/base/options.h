/*
 * base/options.h - a table of options becomes values, and the text of --help.
 */
#ifndef OUTLIVE_BASE_OPTIONS_H
#define OUTLIVE_BASE_OPTIONS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_kind {
	OPTION_FLAG,   /* bool; --name, no argument */
	OPTION_STRING, /* const char *; points into argv */
	OPTION_COUNT,  /* struct option_number; decimal */
	OPTION_SIZE,   /* uint64_t, bytes; decimal with K, M, G or T (powers of 1024) */
	OPTION_CHOICE, /* struct option_choice; index into `choices` */
	OPTION_LIST,   /* struct option_list; may be given several times */
};

/* A value and whether it was given; else it keeps its default. */
struct option_number {
	uint64_t value;
	bool is_given;
};

struct option_choice {
	int value;
	bool is_given;
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
	const char *help;     /* one line; '\n' starts another */
	const char *const *choices; /* CHOICE: names, NULL ends them */
};

enum options_result {
	OPTIONS_OK,
	OPTIONS_HELP,  /* -h or --help was there: print the help, exit 0 */
	OPTIONS_WRONG, /* the line's error says why */
};

/* A command line, by which options it is read, and what came of it. */
struct command_line {
	const struct option *options;
	size_t option_count;
	bool stops_at_operand; /* the rest are another program's arguments */
	void *values;          /* holds the defaults before */
	int argc;
	char **argv;       /* operands are moved behind the options */
	int first_operand; /* its index; argc: there is none */
	struct error error;
};

/* Read argv[1..] into the values. "--" ends the options. */
enum options_result options_parse(struct command_line *line);

/*
 * The options as lines of a --help text, --help itself included, as wide as the file's
 * terminal.
 */
void options_print(FILE *file, const struct option *options, size_t count);

/*
 * Decimal bytes with an optional K, M, G or T; UINT64_MAX if it is more than that. 0, or
 * -1 if it is no such number.
 */
int option_size(const char *text, uint64_t *bytes);

#endif
