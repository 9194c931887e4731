#!/bin/bash
# What a process does after outlive has gone is in its ring; what it did before is in the
# trace, and the ring knows that it is not lost.
cat >stays.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void *volatile sink;
static __attribute__((noinline)) void early(int count)
{
	for (int i = 0; i < count; i++) {
		sink = malloc(100);
		free(sink);
	}
}
static __attribute__((noinline)) void late(int count)
{
	for (int i = 0; i < count; i++)
		sink = malloc(200);
}
static void mark(const char *name)
{
	fclose(fopen(name, "w"));
}
static void wait_for(const char *name)
{
	while (access(name, F_OK))
		usleep(20000);
}
int main(void)
{
	if (fork())
		return 0;
	early(600000);
	mark("early");
	wait_for("go");
	late(500);
	if (fork() == 0) {
		late(10);
		_exit(0); /* nobody is there to record it */
	}
	wait(NULL);
	mark("late");
	wait_for("end");
	return 0;
}
END
${CC:-gcc} -g -O1 -fno-builtin -o stays stays.c
wait_for() { # FILE: ten seconds at most
	for _ in $(seq 500); do [ -e "$1" ] && return; sleep 0.02; done
	echo "$1 never came"
}
"$OUTLIVE" run -q --ring 2M --wait 60 -o trace -- ./stays 2>stderr &
ours=$!
wait_for early
sleep 0.3
kill -TERM $ours
wait $ours
echo "status $?"
sed -E 's/[0-9,]+ events of/N events of/; s/\([0-9.]+ [KMG]?i?B\)/(SIZE)/; s/\([0-9]+\)/(PID)/; s/outlive\.[0-9]+\.[0-9a-f]+/outlive.X/; s/[0-9]+\.0\.ring/PID.0.ring/' stderr
ring=$(sed -n 's/.* kept in \([^ ,]*\),.*/\1/p' stderr)
: >go
wait_for late
left() { # the last chunk that was read along is in the trace and in the ring
	"$OUTLIVE" info "$ring" | sed -n 's/^ *state *//p'
	"$OUTLIVE" info "$ring" | sed -n 's/^ *lost */lost: /p'
	COLUMNS=200 "$OUTLIVE" report "$ring" | sed -nE 's/^ *(lost|drained) +[0-9,]+( .*) \([0-9.]+%/\1 N\2 (P%/p'
	"$OUTLIVE" report --format json --top 0 "$ring" >ring.json
	jq -c '{ late: [.sites[] | select(.frames[0].function == "late") | .allocations],
		all: ((.process.events + .lost.drained) | . >= 1200500 and . < 1200600),
		drained: (.lost.drained > 300000), holes: .lost.holes, children: .lost.children }' ring.json
}
left
: >end
pid=${ring##*/}
pid=${pid%%.*}
for _ in $(seq 500); do kill -0 "$pid" 2>/dev/null || break; sleep 0.02; done
left
echo "- the trace"
"$OUTLIVE" info trace | sed -n 's/^ *state *//p'
"$OUTLIVE" report --format json --pid "$pid" trace |
	jq -c '[.process.outlived, .process.still_running, .process.events >= 1200000, .lost.events]'
rm -r "/dev/shm/outlive.$ours".*

# Killed, it leaves no one to take away what is forked from then on, flight recorder or not.
for policy in --ring=2M --flight; do
	rm -f early go late end
	"$OUTLIVE" run -q $policy -o trace -- ./stays 2>stderr &
	ours=$!
	wait_for early
	sleep 0.3
	kill -KILL $ours
	wait $ours 2>/dev/null
	: >go
	wait_for late
	rings=("/dev/shm/outlive.$ours."*/*.ring)
	echo "- killed: ${#rings[@]} ring, $("$OUTLIVE" info -f json "${rings[0]}" | jq -c .processes[0].lost.children) child"
	: >end
	rm -r "/dev/shm/outlive.$ours".*
done
