#!/bin/bash
# While a process has one thread, the times of allocations may be a little early. From the moment a
# second thread frees, they must not be: else a block seems to begin before the one that was at its
# address ended. In each of many processes the first act of a new thread is to give blocks back, by
# free() or by a realloc() that moves; the first thread waits for each, and gets the same address at
# once. The blocks are too large for glibc's caches of threads.
set -u
children=${WHOLE:+400}
children=${children:-40}
cat >first.c <<'C'
/* first CHILDREN: prints the pid of each child, and how many addresses came back in it. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKS 32
#define BYTES 2000

static void *blocks[BLOCKS];
static int number;
static _Atomic int asked, given;

static void *give_back(void *nothing)
{
	for (int i = 0; i < BLOCKS; i++) {
		while (atomic_load(&asked) <= i)
			;
		if (number % 2)
			free(blocks[i]);
		else
			blocks[i] = realloc(blocks[i], 300000);
		atomic_store(&given, i + 1);
	}
	return nothing;
}

static int child(void)
{
	void *before[BLOCKS], *between[BLOCKS], *taken[BLOCKS];
	int again = 0;
	pthread_t thread;

	for (int i = 0; i < BLOCKS; i++) {
		before[i] = blocks[i] = malloc(BYTES);
		between[i] = malloc(24);
	}
	if (pthread_create(&thread, NULL, give_back, NULL))
		return -1;
	for (int i = 0; i < BLOCKS; i++) {
		atomic_store(&asked, i + 1);
		while (atomic_load(&given) <= i)
			;
		taken[i] = malloc(BYTES);
		again += taken[i] == before[i];
	}
	pthread_join(thread, NULL);
	for (int i = 0; i < BLOCKS; i++) {
		free(between[i]);
		free(taken[i]);
		if (number % 2 == 0)
			free(blocks[i]);
	}
	return again;
}

int main(int argc, char **argv)
{
	for (number = 0; argc > 1 && number < atoi(argv[1]); number++) {
		if (!fork()) {
			dprintf(1, "%d %d\n", getpid(), child());
			_exit(0);
		}
		wait(NULL);
	}
	return 0;
}
C
gcc -O1 -g -pthread -o first first.c || exit 1
"$OUTLIVE" run -q -o first.outlive -- ./first "$children" >children 2>err || exit 1
failed=0 again=0 read=0
while read -r pid count; do
	again=$((again + count))
	totals=$("$OUTLIVE" report --pid "$pid" --format json first.outlive |
		jq -c '[.totals.unknown_frees, .totals.missed_frees, .lost.events]') || failed=1
	read=$((read + 1))
	[ "$totals" = "[0,0,0]" ] || { echo "$pid: $totals"; failed=1; }
done <children
echo "$read processes, $again addresses came back"
[ $read = "$children" ] || failed=1
[ $again -ge "$children" ] || { echo "too few addresses came back"; failed=1; }
exit $failed
