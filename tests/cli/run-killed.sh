#!/bin/bash
# SIGKILL of outlive itself: the program goes on unharmed, as a flight recorder; the
# trace is readable up to there, the ring from there on.
cat >busy.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	volatile unsigned random = 1;
	fclose(fopen("started", "w"));
	while (access("enough", F_OK)) {
		for (int i = 0; i < 100000; i++) {
			random = random * 1103515245 + 12345;
			free(malloc(16 + (random >> 16 & 1023)));
		}
	}
	fclose(fopen("finished", "w"));
	return 0;
}
END
${CC:-gcc} -O1 -o busy busy.c
wait_for() { # FILE: ten seconds at most
	for _ in $(seq 500); do [ -e "$1" ] && return; sleep 0.02; done
	echo "$1 never came"
}
"$OUTLIVE" run -q --ring 4M -o trace -- ./busy 2>stderr &
ours=$!
wait_for started
sleep 0.3
program=$(pgrep -P $ours)
kill -KILL $ours
wait $ours
echo "status $?"
ring=$(echo /dev/shm/outlive.$ours.*/"$program".0.ring)
sleep 2.5 # a beat, and what was left of the ring
kill -0 "$program" && echo "the program goes on"
"$OUTLIVE" info "$ring" >info; echo "ring, alive: status $?"
: >enough
wait_for finished
for _ in $(seq 100); do kill -0 "$program" 2>/dev/null || break; sleep 0.02; done
"$OUTLIVE" info "$ring" >info; echo "ring, over: status $?"
"$OUTLIVE" info trace >info; echo "trace: status $?"
"$OUTLIVE" report trace 2>&1 >/dev/null | sed 's|/dev/shm/[^ ]*|DIRECTORY|'
cmp -s <(head -c 8 trace) <(printf '\212OTTRC\r\n') && echo "magic"
rm -rf "/dev/shm/outlive.$ours".*
