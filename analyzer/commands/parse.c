/* commands/parse.c - what every command does with its command line. */
#include "commands/command.h"

#include "base/screen.h"

#include <stdio.h>
#include <stdlib.h>

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
	struct error error = { "" };
	int first_operand = argc;

	switch (options_parse(command->options, command->option_count, values, argc, argv,
	                      command->stops_at_operand, &first_operand, &error)) {
	case OPTIONS_OK: break;
	case OPTIONS_HELP: command_help(command); exit(EXIT_SUCCESS);
	case OPTIONS_WRONG:
		die_usage(command->name, "%s: %s", command->name, error.message);
	}
	return first_operand;
}
