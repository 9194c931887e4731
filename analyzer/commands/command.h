/*
 * commands/command.h - a subcommand as a table entry, and the parser of its command line.
 *
 * A new command is a file commands/NAME.c with one `const struct command command_NAME`, a
 * declaration below, and a line in commands/main.c.
 */
#ifndef OUTLIVE_COMMANDS_COMMAND_H
#define OUTLIVE_COMMANDS_COMMAND_H

#include "base/options.h"

#include <stdbool.h>
#include <stddef.h>

struct command {
	const char *name;
	const char *summary; /* one line of `outlive help`, like the man page's NAME */
	const char *usage;   /* printed after the command's name: "[OPTION]... FILE" */
	const char *details; /* paragraph of its --help, lines separated by '\n'; or NULL */
	const struct option *options;
	size_t option_count;
	bool stops_at_operand; /* do not parse what follows the first operand */
	/* argv[0] is the command's name. Returns the exit status. */
	int (*run)(const struct command *command, int argc, char **argv);
};

/*
 * Read the command line into *values, which contains the defaults. Returns the index of the
 * first operand. On --help, prints the help and exits; on a mistake, prints an error and exits.
 */
int command_parse(const struct command *command, void *values, int argc, char **argv);

extern const struct command command_run;
extern const struct command command_attach;
extern const struct command command_detach;
extern const struct command command_ps;
extern const struct command command_snapshot;
extern const struct command command_report;
extern const struct command command_top;
extern const struct command command_info;
extern const struct command command_segments;
extern const struct command command_symbols;
extern const struct command command_go;

#endif
