/* commands/top_program.c - a program that `outlive top` starts. */
#include "commands/top_program.h"

#include "base/error.h"
#include "base/text.h"
#include "trace_format.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SELF "/proc/self/exe"
#define OUTPUT_SUFFIX ".out"
#define WAIT_NS 20000000
#define FIXED_ARGUMENTS 6 /* outlive run -q -o TRACE -- */

/* ---- start ---- */

static void names_choose(struct top_program *program, const char *trace,
                         const char *name)
{
	const char *slash = strrchr(name, '/');
	int bytes;

	if (trace)
		bytes = snprintf(program->trace, sizeof(program->trace), "%s", trace);
	else
		bytes = snprintf(program->trace, sizeof(program->trace), "%.200s.%d.outlive",
		                 slash ? slash + 1 : name, (int)getpid());
	if (bytes < 0 || (size_t)bytes + sizeof(OUTPUT_SUFFIX) > sizeof(program->trace))
		die("%s: the name of the trace is too long", name);
	if (!isatty(STDOUT_FILENO) && !isatty(STDERR_FILENO))
		return;
	strcpy(program->output, program->trace);
	strcat(program->output, OUTPUT_SUFFIX);
}

/* An older trace is replaced; until then it must not be taken for the new one. */
static uint64_t session_read(const char *trace)
{
	int file = open(trace, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct trace_header header = { .session = 0 };

	if (file < 0)
		return 0;
	if (pread(file, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    header.magic != TRACE_MAGIC)
		header.session = 0;
	close(file);
	return header.session;
}

/* A stream that is the terminal becomes `file`; one that the user led elsewhere stays. */
static void stream_replace(int stream, int file)
{
	if (isatty(stream))
		dup2(file, stream);
}

/*
 * In the child: a session of its own, so that what is typed at the screen reaches neither `outlive
 * run` nor the program.
 */
static _Noreturn void run_become(const struct top_program *program, int output,
                                 char **argv, int argc)
{
	char **arguments = calloc((size_t)argc + FIXED_ARGUMENTS + 1, sizeof(char *));
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC), i;

	if (!arguments || nothing < 0)
		_exit(EXIT_BAD_INPUT);
	setsid();
	stream_replace(STDIN_FILENO, nothing);
	if (output >= 0) {
		stream_replace(STDOUT_FILENO, output);
		stream_replace(STDERR_FILENO, output);
	}
	arguments[0] = "outlive";
	arguments[1] = "run";
	arguments[2] = "-q";
	arguments[3] = "-o";
	arguments[4] = (char *)program->trace;
	arguments[5] = "--";
	for (i = 0; i < argc; i++)
		arguments[FIXED_ARGUMENTS + i] = argv[i];
	execv(SELF, arguments);
	_exit(EXIT_BAD_INPUT);
}

void top_program_start(struct top_program *program, const char *trace, char **argv)
{
	int output = -1, argc = 0;

	*program = (struct top_program){ .run = 0 };
	names_choose(program, trace, argv[0]);
	program->old_session = session_read(program->trace);
	while (argv[argc])
		argc++;
	if (*program->output) {
		output = open(program->output,
		              O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		              0600);
		if (output < 0)
			die("%s: for what the program prints: %s", program->output,
			    strerror(errno));
	}
	program->run = fork();
	if (program->run < 0)
		die("no process can be started: %s", strerror(errno));
	if (!program->run)
		run_become(program, output, argv, argc);
	if (output >= 0)
		close(output);
}

/* ---- while it runs ---- */

/* Whether `outlive run` has ended; waits for that if `waits`. */
static bool run_check(struct top_program *program, bool waits)
{
	pid_t ended;

	while (!program->has_ended) {
		ended = waitpid(program->run, &program->wait_status, waits ? 0 : WNOHANG);
		if (ended < 0 && errno == EINTR)
			continue;
		program->has_ended = ended != 0;
		break;
	}
	return program->has_ended;
}

bool top_program_wait(struct top_program *program)
{
	const struct timespec little = { 0, WAIT_NS };

	if (run_check(program, false))
		return false;
	nanosleep(&little, NULL);
	return true;
}

static int exit_status(const struct top_program *program)
{
	return WIFEXITED(program->wait_status) ? WEXITSTATUS(program->wait_status)
	                                       : 128 + WTERMSIG(program->wait_status);
}

/* ---- its end ---- */

/*
 * Print the lines of `outlive run` itself, which are among what the program printed; escaped, as
 * the program could have written such a line, too.
 */
static void lines_print(const struct top_program *program)
{
	FILE *output = *program->output ? fopen(program->output, "re") : NULL;
	char *line = NULL, escaped[1024];
	size_t room = 0;

	if (!output)
		return;
	while (getline(&line, &room, output) > 0) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "outlive: ", 9))
			fprintf(stderr, "%s\n", text_escape(escaped, sizeof(escaped), line));
	}
	free(line);
	fclose(output);
}

_Noreturn void top_program_die(struct top_program *program)
{
	run_check(program, true);
	lines_print(program);
	if (*program->output)
		unlink(program->output);
	exit(exit_status(program) ? exit_status(program) : EXIT_BAD_INPUT);
}

int top_program_end(struct top_program *program, int signal, bool has_ended)
{
	char name[1024];

	if (signal && !run_check(program, false))
		kill(program->run, signal);
	if (run_check(program, signal || has_ended))
		lines_print(program);
	else
		fprintf(stderr, "outlive: it runs on, and is recorded in %s (pid %d)\n",
		        text_escape(name, sizeof(name), program->trace), (int)program->run);
	if (*program->output)
		fprintf(stderr, "outlive: what it prints is in %s\n",
		        text_escape(name, sizeof(name), program->output));
	return program->has_ended ? exit_status(program) : EXIT_SUCCESS;
}
