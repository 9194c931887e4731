/*
 * measure.c - run a command and append one line about it to a file: wall seconds, user
 * and system seconds, largest resident set in KiB (its own and of its children).
 *
 *   measure FILE [NAME=VALUE]... COMMAND [ARG]...
 *
 * NAME=VALUE is set in the command's environment only. Exits as the command did.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

int main(int argc, char **argv)
{
	int first = 2, status = 0;
	struct rusage usage;
	double begin;
	FILE *file;
	pid_t pid;

	while (first < argc && strchr(argv[first], '='))
		first++;
	if (first >= argc) {
		fprintf(stderr, "usage: measure FILE [NAME=VALUE]... COMMAND [ARG]...\n");
		return 2;
	}
	begin = now_s();
	pid = fork();
	if (pid == 0) {
		for (int i = 2; i < first; i++)
			putenv(argv[i]);
		execvp(argv[first], argv + first);
		perror(argv[first]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return 1;
	begin = now_s() - begin;
	file = fopen(argv[1], "a");
	if (!file) {
		perror(argv[1]);
		return 1;
	}
	fprintf(file, "%.4f %.4f %.4f %ld\n", begin, seconds(usage.ru_utime),
	        seconds(usage.ru_stime), usage.ru_maxrss);
	fclose(file);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
