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
	OPTION_COUNT,  /* uint64_t; decimal */
	OPTION_SIZE,   /* uint64_t, bytes; decimal with K, M, G or T (powers of 1024) */
	OPTION_CHOICE, /* int; index into `choices` */
	OPTION_LIST,   /* struct option_list; may be given several times */
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
	OPTIONS_WRONG, /* *error says why */
};

/*
 * Read argv[1..] by the table of `count` options into *values, which the caller has
 * filled with the defaults. Operands are moved behind the options and *first_operand
 * is the index of the first; with `stop_at_operand` reading ends there, so that the
 * rest can be another program's arguments. "--" ends the options either way.
 */
enum options_result options_parse(const struct option *options, size_t count,
                                  void *values, int argc, char **argv,
                                  bool stop_at_operand, int *first_operand,
                                  struct error *error);

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
