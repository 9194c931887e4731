#!/bin/bash
# Children that are forked while other threads of their parent begin and end its recording: each can
# begin and end recordings of its own, and each of these is in the trace. WHOLE=1: 2000 children.
set -u
children=$([ -n "${WHOLE:-}" ] && echo 2000 || echo 60)
bad=0
cat >forks.c <<'C'
#include <outlive.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4

static _Atomic int ends;
static _Atomic unsigned long stopped;

static void *change(void *unused)
{
	while (!ends) {
		outlive_start();
		free(malloc(100));
		stopped += outlive_stop() == 0;
	}
	return unused;
}

static _Noreturn void child_run(void)
{
	alarm(20); /* ends what waits for a thread that is its parent's */
	for (int i = 0; i < 3; i++) {
		if (outlive_start())
			_exit(10 + i);
		free(malloc(3000));
		if (outlive_stop())
			_exit(20 + i);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	int rounds = atoi(argv[argc - 1]), failed = 0, status;
	pthread_t threads[THREADS];
	pid_t pid;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, change, NULL);
	for (int i = 0; i < rounds; i++) {
		pid = fork();
		if (pid == 0)
			child_run();
		waitpid(pid, &status, 0);
		if (status && failed++ < 5)
			printf("child %d: %s %d\n", i, WIFSIGNALED(status) ? "signal" : "exit",
			       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
	ends = 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%lu\n", stopped + 3ul * (unsigned)rounds);
	return failed != 0;
}
C
gcc -O1 -g -fno-builtin -pthread -I"$OUTLIVE_ROOT_DIR/include" -o forks forks.c || exit 1
try() { # OPTION...: of `outlive run`
	local recordings
	if ! timeout 1200 "$OUTLIVE" run -q --ring 1M -o forks.outlive "$@" -- ./forks "$children" >output 2>errors; then
		echo "$*: $(cat output errors)"
		bad=1
	fi
	# One more may have begun that nothing ended.
	recordings=$(($("$OUTLIVE" info -f json forks.outlive | jq '.processes | length') - $(tail -n 1 output)))
	if [ $recordings != 0 ] && [ $recordings != 1 ]; then
		echo "$*: $recordings recordings too many"
		bad=1
	fi
}
try
try --start-after call
try --flight
exit $bad
