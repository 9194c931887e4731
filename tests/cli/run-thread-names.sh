#!/bin/bash
# Every thread has its last name in the report: whoever set it (the thread, another, by
# pthread_setname_np(), prctl(), a system call, or /proc), whenever (before its first event,
# after it, after its last), and however the process ended (returned, _exit(), killed, exec).
cat >names.c <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { THREADS = 7 };
static pthread_barrier_t born, named;
static void *volatile kept[THREADS];

static void by_proc(const char *name)
{
	char path[64];
	int file;

	snprintf(path, sizeof(path), "/proc/self/task/%ld/comm", syscall(SYS_gettid));
	file = open(path, O_WRONLY);
	if (file < 0 || write(file, name, strlen(name)) < 0)
		abort();
	close(file);
}

/* Thread n keeps n + 1 blocks of 4711 bytes; 0 to 2 end, the others live on. */
static void *run(void *argument)
{
	long n = (long)argument;

	if (n == 0)
		prctl(PR_SET_NAME, "before");
	for (long i = 0; i <= n; i++)
		kept[n] = malloc(4711);
	pthread_barrier_wait(&born);
	if (n == 1)
		prctl(PR_SET_NAME, "prctl");
	if (n == 2)
		by_proc("proc");
	if (n == 3)
		pthread_setname_np(pthread_self(), "self");
	if (n == 4)
		syscall(SYS_prctl, PR_SET_NAME, "syscall");
	pthread_barrier_wait(&named);
	while (n > 2)
		pause();
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	char *again[] = { "true", NULL };

	(void)argc;
	pthread_barrier_init(&born, NULL, THREADS + 1);
	pthread_barrier_init(&named, NULL, THREADS + 1);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, run, (void *)i);
	pthread_barrier_wait(&born);
	pthread_setname_np(threads[5], "first name");
	pthread_setname_np(threads[5], "by its maker");
	pthread_barrier_wait(&named);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	prctl(PR_SET_NAME, "the main thread");
	if (!strcmp(argv[1], "_exit"))
		_exit(0);
	if (!strcmp(argv[1], "kill"))
		raise(SIGKILL);
	if (!strcmp(argv[1], "exec"))
		execvp(again[0], again);
	return 0;
}
C
gcc -O1 -fno-builtin -pthread names.c -o names || exit 2
for end in return _exit kill exec; do
	"$OUTLIVE" run -q -o trace -- ./names $end >stdout 2>stderr
	"$OUTLIVE" report -f json --process 0 --top 0 trace |
		jq -r '[.threads[] | .live_bytes as $bytes |
			if $bytes % 4711 == 0 and $bytes > 0 then "\($bytes / 4711)=\(.name)"
			elif .tid == .pid or .serial == 1 then "main=\(.name)" else empty end] |
			sort | join(", ")' | sed "s/^/$end: /"
done
