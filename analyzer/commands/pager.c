/* commands/pager.c - shows what a command prints through the user's pager. */
#include "commands/pager.h"

#include "base/error.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFAULT_PAGER "less -FRX"
#define STATUS_NOT_FOUND 127 /* of a shell: there is no such command */

static pid_t pager; /* 0: none was started */
static char command[256];

/* Whether a program is in one of the directories of $PATH. */
static bool is_installed(const char *program)
{
	const char *path = getenv("PATH"), *end;
	char file[4096];

	for (; path && *path; path = *end ? end + 1 : end) {
		end = path + strcspn(path, ":");
		snprintf(file, sizeof(file), "%.*s/%s", (int)(end - path), path, program);
		if (!access(file, X_OK))
			return true;
	}
	return false;
}

/* Fill in the command; false: none is wanted. */
static bool command_choose(void)
{
	const char *wanted = getenv("PAGER"), *terminal = getenv("TERM");

	if (!terminal || !*terminal || !strcmp(terminal, "dumb"))
		return false;
	if (!wanted)
		wanted = is_installed("less") ? DEFAULT_PAGER : "";
	if (!wanted[strspn(wanted, " \t")] || !strcmp(wanted, "cat") ||
	    strlen(wanted) >= sizeof(command))
		return false;
	strcpy(command, wanted);
	return true;
}

/* Whether the pager passes colours on: less does if its options or $LESS ask for it. */
static bool has_colour(void)
{
	const char *less = getenv("LESS");

	return !strncmp(command, "less", 4) &&
	       (strpbrk(command + 4, "Rr") || !less || strpbrk(less, "Rr"));
}

static _Noreturn void pager_become(int input)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	dup2(input, STDIN_FILENO);
	if (input != STDIN_FILENO)
		close(input);
	/* for a user's own `less`: end at once if all fits a screen, pass colours on */
	setenv("LESS", "FRX", 0);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(STATUS_NOT_FOUND);
}

/* At exit: let the pager's user read to the end. */
static void pager_end(void)
{
	int status = 0;

	fflush(stdout);
	/* the pager waits for the end of its input: nothing may hold the pipe open */
	fclose(stdout);
	while (waitpid(pager, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NOT_FOUND) {
		warning("the pager '%s' cannot be started: set PAGER, or use --no-pager",
		        command);
		_exit(EXIT_BAD_INPUT);
	}
}

void pager_begin(bool is_off)
{
	int ends[2], terminal;

	if (is_off || !isatty(STDOUT_FILENO) || !command_choose())
		return;
	terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (terminal < 0)
		return;
	if (pipe2(ends, O_CLOEXEC)) {
		close(terminal);
		return;
	}
	fflush(stdout);
	pager = fork();
	if (!pager)
		pager_become(ends[0]);
	close(ends[0]);
	if (pager < 0) {
		pager = 0;
		close(ends[1]);
		close(terminal);
		return;
	}
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	text_paged(terminal, has_colour());
	/* Ctrl-C is for the pager, and that its user quits early is no error */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	atexit(pager_end);
}

int pager_flush(void)
{
	return (fflush(stdout) || ferror(stdout)) && !pager ? -1 : 0;
}
