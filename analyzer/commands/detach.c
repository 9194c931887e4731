/* commands/detach.c - `outlive detach`: ends the recording of a running process. */
#include "commands/command.h"
#include "commands/pid.h"

#include "attach/library.h"
#include "attach/remote.h"
#include "base/error.h"
#include "record/attached.h"
#include "record/program.h"

#include <stdio.h>
#include <stdlib.h>

#define WAIT_DEFAULT_NS UINT64_C(2000000000)

struct detach_options {
	uint64_t wait_ns;
	bool is_quiet;
};

static const struct option detach_option_table[] = {
	{ "wait", 0, OPTION_TIME, offsetof(struct detach_options, wait_ns), "TIME",
	  "how long to wait until no frame returns through a return stub any more\n"
	  "(default 2s): those that are left are harmless",
	  NULL, NULL },
	{ "quiet", 'q', OPTION_FLAG, offsetof(struct detach_options, is_quiet), NULL,
	  "print nothing but errors", NULL, NULL },
};

/* Read the control block of the library. False: that is not permitted, or the process has ended. */
static bool control_read(pid_t pid, struct attach_control *control)
{
	static char library[PATH_MAX];
	struct remote remote;
	struct error error;
	uint64_t at, serve;
	bool is_read;

	if (program_library(library, &error) || remote_open(&remote, pid, &error))
		return false;
	is_read = remote_objects(&remote, &error) == 0 &&
	          library_find(&remote, library, &at, &serve, &error) == 0 && at &&
	          library_control(&remote, at, control);
	remote_close(&remote);
	return is_read;
}

static void detach_tell(pid_t pid)
{
	struct attach_control control;

	if (!control_read(pid, &control)) {
		fprintf(stderr, "outlive: %d is not recorded any more\n", (int)pid);
		return;
	}
	fprintf(stderr, "outlive: %d is not recorded any more; %u words were put back",
	        (int)pid, control.put_back);
	if (control.lost)
		fprintf(stderr, ", %u have been changed by others", control.lost);
	if (control.standing)
		fprintf(
			stderr,
			"; %u frame%s a return stub: harmless, and gone when these functions return",
			control.standing, control.standing == 1 ? " keeps" : "s keep");
	if (control.inside)
		fprintf(stderr, "; %u thread%s still in a call that was recorded",
		        control.inside, control.inside == 1 ? " is" : "s are");
	fputs("\n", stderr);
}

static int detach_command(const struct command *command, int argc, char **argv)
{
	struct detach_options options = { .wait_ns = WAIT_DEFAULT_NS };
	struct attached *found = malloc(sizeof(*found));
	struct error error;
	int first = command_parse(command, &options, argc, argv), result;
	pid_t pid;

	if (first + 1 != argc)
		die_usage("detach", first >= argc ? "detach: which process? give its pid"
		                                  : "detach: takes one process");
	if (!found)
		die("detach: no memory");
	pid = pid_read("detach", argv[first]);
	result = attached_find(pid, found, &error);
	if (result < 0)
		die("%s", error.message);
	if (result)
		die("%d: is not recorded: 'outlive ps' lists what is", (int)pid);
	if (!(found->header.flags & RING_ATTACHED) || found->header.flags & RING_WAITED)
		die("%d: is recorded by outlive run: that ends with the process, or when the "
		    "program calls outlive_stop()",
		    (int)pid);
	if (attached_detach(found, options.wait_ns, &error))
		die("%s", error.message);
	if (!options.is_quiet)
		detach_tell(pid);
	free(found);
	return EXIT_SUCCESS;
}

const struct command command_detach = {
	.name = "detach",
	.summary = "end the recording of a running process",
	.usage = "[OPTION]... PID",
	.details = "Whoever records it finishes its trace.",
	.options = detach_option_table,
	.option_count = sizeof(detach_option_table) / sizeof(detach_option_table[0]),
	.run = detach_command,
};
