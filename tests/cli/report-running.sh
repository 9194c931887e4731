#!/bin/bash
# Whether a ring's process still runs: a zombie does not, nor one that has become another
# program; one whose main thread has ended does.
cat >ways.c <<'END'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *volatile sink;
static void *wait_for_the_end(void *ignored)
{
	char byte;
	while (read(0, &byte, 1) > 0)
		;
	_exit(0);
	return ignored;
}
int main(int argc, char **argv)
{
	pthread_t thread;
	pid_t child = fork();

	sink = malloc(argc * 10);
	if (child == 0)
		_exit(0); /* nobody waits for it */
	dprintf(1, "%d %d\n", getpid(), child);
	if (!strcmp(argv[1], "exec"))
		execl(argv[0], argv[0], "stay", NULL);
	pthread_create(&thread, NULL, wait_for_the_end, NULL);
	pthread_exit(NULL);
}
END
${CC:-gcc} -O1 -pthread -o ways ways.c
state() { # RING
	"$OUTLIVE" report --format json "$1" | jq -c '.process.still_running'
	"$OUTLIVE" info "$1" | sed -n 's/^ *state *//p'
}
mkfifo gate
OUTLIVE_DIR=$PWD OUTLIVE_RING=2097152 LD_PRELOAD=$OUTLIVE_LIBRARY ./ways exec <gate >pids &
exec 3>gate
for _ in $(seq 500); do
	[ "$(wc -l <pids)" = 2 ] && read -r ours zombie <pids && grep -q '^State:.Z' "/proc/$ours/status" && break
	sleep 0.02
done
grep -q '^State:.Z' "/proc/$zombie/status" || echo "no zombie"
echo "- a zombie"; state "$zombie.0.ring"
echo "- before its exec"; state "$ours.0.ring"
echo "- its main thread has ended"; state "$ours.1.ring"
exec 3>&-
wait
echo "- it has ended"; state "$ours.1.ring"
