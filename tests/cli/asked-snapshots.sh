#!/bin/bash
# Snapshots that the program asks for by outlive_snapshot(): also late in its life; few, however often
# it asks, and the last call has its own; of each process that asks; and when it ends first.
cat >asks.c <<'C'
#include <outlive.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}
int main(int argc, char **argv)
{
	double until = now() + 4;
	int failures = 0;

	if (!strcmp(argv[1], "late")) {
		free(malloc(5000));
		usleep(1500000); /* longer than a reader that does not show itself counts as alive */
		printf("%d\n", outlive_snapshot());
		sleep(1);
		return 0;
	}
	if (!strcmp(argv[1], "processes") && fork() == 0)
		malloc(1); /* it notices that it is another process */
	for (int i = 0; !strcmp(argv[1], "processes") ? now() < until : i < 10000; i++) {
		failures += outlive_snapshot() != 0;
		usleep(100);
	}
	free(malloc(7000));
	failures += outlive_snapshot() != 0;
	printf("%s\n", failures ? "failures" : "no failures");
	if (argc == 2 && !strcmp(argv[1], "loop"))
		sleep(6); /* until the running one, and then the last, are written */
	return 0;
}
C
gcc -O1 -fno-builtin -I"$OUTLIVE_ROOT_DIR/include" -o asks asks.c || exit 1

# Print how many allocations of SIZE bytes the trace has.
of_size() { "$OUTLIVE" report -f json --size "$2..$2" "$1" | jq .totals.allocations; }

# Record `./asks HOW` into HOW.outlive. Meanwhile outlive has no more children than the program and one
# snapshot; afterwards none of them is left.
record() { # HOW
	local begun=$SECONDS outlive most=0 children
	"$OUTLIVE" run -q --flight --ring 1M -o "$PWD/$1.outlive" -- ./asks "$1" 2>errors &
	outlive=$!
	while kill -0 $outlive 2>/dev/null; do
		read -ra children <"/proc/$outlive/task/$outlive/children"
		[ ${#children[@]} -le $most ] || most=${#children[@]}
		sleep 0.01
	done 2>/dev/null
	wait $outlive
	echo "status $?"
	sed "s,$PWD/,,g" errors >err
	[ $most -le 2 ] || echo "$most children at a time"
	pgrep -f "snapshot -q -o $PWD" && echo "a snapshot still runs"
	files=$(ls "$1".snapshot-*.outlive 2>/dev/null | wc -l)
	last=$1.snapshot-$files.outlive
	[ "$files" -le $((SECONDS - begun + 2)) ] || echo "$files snapshots in $((SECONDS - begun)) s"
}
echo "== late"
record late
grep 'asked for' err
of_size "$last" 5000
echo "== a loop"
record loop
sed -nE 's/.*(asked for 10,001 snapshots), (answered by) [0-9]+: (loop.snapshot-1.outlive) to .*/\1 \2 \3/p' err
[ "$files" -ge 2 ] || echo "files: $files"
of_size "$last" 7000
echo "== two processes"
record processes
for file in processes.snapshot-*.outlive; do "$OUTLIVE" info -f json "$file" | jq '.processes[0].pid'; done | sort -u | wc -l
echo "== its end"
record ends
sed -nE 's/.*(asked for 10,001 snapshots), (answered by) .*; [0-9,]+ (as it ended.*)/\1 \2 \3/p' err
of_size ends.outlive 7000
