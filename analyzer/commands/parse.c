/* commands/parse.c - parses the command line of each command, and prints its --help. */
#include "commands/command.h"

#include "base/screen.h"

#include <stdio.h>
#include <stdlib.h>

/* Print the --help of a command on stdout, wrapped to the width of the terminal. */
static void command_help(const struct command *command)
{
	struct screen screen = screen_of(stdout);

	screen_line(&screen, 4, "usage: outlive %s %s", command->name, command->usage);
	putchar('\n');
	screen_paragraph(&screen, 0, 0, command->summary);
	if (command->details) {
		putchar('\n');
		screen_paragraph(&screen, 0, 0, command->details);
	}
	printf("\noptions:\n");
	options_print(stdout, command->options, command->option_count);
}

int command_parse(const struct command *command, void *values, int argc, char **argv)
{
	struct command_line line = { .options = command->options,
		                         .option_count = command->option_count,
		                         .stops_at_operand = command->stops_at_operand,
		                         .values = values,
		                         .argc = argc,
		                         .argv = argv,
		                         .first_operand = argc };

	switch (options_parse(&line)) {
	case OPTIONS_OK: break;
	case OPTIONS_HELP: command_help(command); exit(EXIT_SUCCESS);
	case OPTIONS_WRONG:
		die_usage(command->name, "%s: %s", command->name, line.error.message);
	}
	return line.first_operand;
}
