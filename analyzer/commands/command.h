/*
 * commands/command.h - a subcommand as data, and the reading of its command line.
 *
 * A new command is a cmd_NAME.c with one `const struct command command_NAME`, a line
 * below, and a line in commands/main.c.
 */
#ifndef OUTLIVE_COMMANDS_COMMAND_H
#define OUTLIVE_COMMANDS_COMMAND_H

#include "base/options.h"

#include <stdbool.h>
#include <stddef.h>

struct command {
	const char *name;
	const char *summary; /* one line of `outlive help`; also the man page's NAME */
	const char *usage;   /* after the command's name: "[OPTION]... FILE" */
	const char *details; /* paragraph of its --help, '\n' between its lines; or NULL */
	const struct option *options;
	size_t option_count;
	bool stops_at_operand; /* what follows the first operand is not for us */
	/* argv[0] is the command's name. Returns the exit status. */
	int (*run)(const struct command *command, int argc, char **argv);
};

/*
 * Read the command line into *values (already holding the defaults); returns the index
 * of the first operand. --help is answered, a mistake is told; both exit.
 */
int command_parse(const struct command *command, void *values, int argc, char **argv);

extern const struct command command_run;
extern const struct command command_report;
extern const struct command command_info;
extern const struct command command_segments;

#endif
