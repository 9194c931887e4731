#!/bin/bash
# Limits of memory and of files: what runs bare runs recorded. A program that limits its own
# memory has as much of it as bare, and reads back what it has set; what was limited before
# makes the ring smaller, or the program runs unrecorded, and one line says so.
cat >own.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile sink;
static void *in_thread(void *argument)
{
	for (int i = 0; i < 1000; i++)
		sink = malloc(100);
	return argument;
}

static void show(const char *when)
{
	struct rlimit as, data;

	getrlimit(RLIMIT_AS, &as);
	prlimit(0, RLIMIT_DATA, NULL, &data);
	printf("%s: %ld %ld, %ld %ld\n", when, (long)as.rlim_cur, (long)as.rlim_max,
	       (long)data.rlim_cur, (long)data.rlim_max);
	fflush(stdout);
}

static void set(int resource, long soft, long hard)
{
	struct rlimit limit = { (rlim_t)soft, (rlim_t)hard };
	int result = setrlimit((__rlimit_resource_t)resource, &limit);

	printf("set: %d %d\n", result, result ? errno : 0);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int status = -1;

	show(argv[argc - 1]);
	if (argc > 2)
		return 0;
	set(RLIMIT_AS, 30 << 20, 40 << 20);
	set(RLIMIT_AS, 16 << 20, 16 << 20);
	set(RLIMIT_AS, 17 << 20, 16 << 20);
	set(RLIMIT_DATA, 12 << 20, 20 << 20);
	show("limited");
	if (fork() == 0) {
		/* Before it has allocated anything. */
		struct rlimit as = { 0, 0 };

		getrlimit(RLIMIT_AS, &as);
		_exit(as.rlim_cur != 16 << 20 || as.rlim_max != 16 << 20);
	}
	wait(&status);
	printf("a child sees %s\n", status ? "another limit" : "the same");
	sink = malloc(54321);
	if (!sink)
		puts("no block");
	printf("%d\n", malloc(64 << 20) == NULL);
	if (pthread_create(&thread, NULL, in_thread, NULL) == 0)
		pthread_join(thread, NULL);
	else
		puts("no thread");
	execl("/no/such/file", "none", NULL);
	show("after an exec that failed");
	execl(argv[0], argv[0], "once", "more", NULL);
	return 1;
}
C
${CC:-gcc} -O1 -fno-builtin -pthread -o own own.c || exit 1
recorded() { # LIMIT...: echo under a limit of the shell's, and whether it was recorded
	(ulimit "$@" && exec "$OUTLIVE" run -q -o t.outlive -- /bin/echo "runs with ulimit $*" 2>reported)
	grep -q ' events of 1 process' reported && echo recorded
	grep -o 'echo was not recorded' reported
}
./own start >bare
"$OUTLIVE" run -q -o t.outlive -- ./own start >out 2>/dev/null
echo "status $?"
diff bare out && echo "as bare"
# the thread's thousand, and what came before
"$OUTLIVE" info --format json t.outlive | jq '[.processes[].allocations] | max > 1000'
recorded -f 1000
# A sanitizer's outlive has no room for its shadow there; printed as it would be.
case ${OUTLIVE_SANITIZE:-} in
*address* | *thread*) printf '%s\n' "runs with ulimit -v 60000" recorded ;;
*) recorded -v 60000 ;;
esac
recorded -f 50
ls -d "/dev/shm/outlive.$$."* 2>/dev/null
exit 0
