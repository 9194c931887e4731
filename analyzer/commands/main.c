/* commands/main.c - the table of commands, `outlive help`, and the start of a command. */
#include "commands/command.h"
#include "base/memory_limit.h"
#include "base/screen.h"
#include "base/stack_room.h"
#include "trace_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the order of their use: first record, then the overview, then details. */
static const struct command *const commands[] = {
	&command_run,      &command_attach,  &command_detach, &command_ps,
	&command_snapshot, &command_report,  &command_top,    &command_info,
	&command_segments, &command_symbols, &command_go,
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

/*
 * NULL: there is no such command. Names must match completely: an abbreviation that is unique
 * today would change its meaning with the next command.
 */
static const struct command *command_find(const char *name)
{
	size_t i;

	for (i = 0; i < COMMAND_COUNT; i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	}
	return NULL;
}

static void help_line(const struct screen *screen, const char *name,
                      const char *summary)
{
	screen_line(screen, 12, "  %-10s%s", name, summary);
}

/*
 * Print the general help; returns the exit status. On stdout it is what the user asked for; on
 * stderr it answers a command line without a command, which is a mistake.
 */
static int help_print(FILE *file)
{
	struct screen screen = screen_of(file);
	size_t i;

	screen_line(&screen, 4, "usage: outlive COMMAND [OPTION]... [ARGUMENT]...");
	fputc('\n', file);
	screen_line(
		&screen, 0,
		"Records every heap allocation of a program, and shows what became of the blocks.");
	fprintf(file, "\ncommands:\n");
	for (i = 0; i < COMMAND_COUNT; i++)
		help_line(&screen, commands[i]->name, commands[i]->summary);
	help_line(&screen, "help", "show the help of a command");
	fprintf(file, "\noptions:\n");
	screen_line(&screen, 14, "  -h, --help  show this help");
	screen_line(&screen, 14,
	            "  --version   show the version of the program and of its traces");
	fprintf(file, "\nA first try: outlive run -- ls\n");
	return file == stdout ? EXIT_SUCCESS : EXIT_BAD_INPUT;
}

/*
 * The arguments of command_call(), in one struct because stack_room_call() passes one pointer.
 */
struct call {
	const struct command *command;
	int argc;
	char **argv;
};

static int command_call(void *argument)
{
	const struct call *call = argument;

	return call->command->run(call->command, call->argc, call->argv);
}

/*
 * Run a command, and return its exit status. All commands but `run` get a thread with a larger
 * stack if the limit of the stack (`ulimit -s`) is low.
 */
static int command_start(const char *name, int argc, char **argv)
{
	struct call call = { command_find(name), argc, argv };

	if (!call.command)
		die_usage(NULL, "no such command: %s", name);
	/*
	 * `run` and `attach` stay in the main thread, so that signals for the program always reach the
	 * thread that passes them on. It gets a large stack itself where it needs one.
	 */
	if (call.command == &command_run || call.command == &command_attach)
		return command_call(&call);
	memory_limit_watch();
	return stack_room_call(command_call, &call);
}

int main(int argc, char **argv)
{
	char *help_argv[3] = { NULL, (char[]){ "--help" }, NULL };

	if (argc < 2)
		return help_print(stderr);
	if (!strcmp(argv[1], "--version")) {
		printf("outlive %s (trace format %d.%d)\n", OUTLIVE_VERSION,
		       FORMAT_VERSION_MAJOR, FORMAT_VERSION_MINOR);
		return EXIT_SUCCESS;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help_print(stdout);
	if (!strcmp(argv[1], "help")) {
		if (argc == 2)
			return help_print(stdout);
		help_argv[0] = argv[2];
		return command_start(argv[2], 2, help_argv);
	}
	if (argv[1][0] == '-')
		die_usage(NULL, "no such option: %s", argv[1]);
	return command_start(argv[1], argc - 1, argv + 1);
}
