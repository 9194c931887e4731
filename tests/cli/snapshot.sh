#!/bin/bash
# `outlive snapshot` copies what a flight recorder has: all of it while the process rests, a whole
# window while four threads write; the process and its own trace are as without.
cat >steps.c <<'C'
#include <stdio.h>
#include <stdlib.h>
static void *kept[1000];
__attribute__((noinline)) static void *keep(void)
{
	return malloc(1000);
}
int main(void)
{
	int count, live = 0, i;

	setvbuf(stdout, NULL, _IONBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	while (scanf("%d", &count) == 1) {
		for (i = 0; i < count; i++)
			free(malloc(16 + i % 500));
		for (i = 0; i < 10; i++)
			kept[live++] = keep();
		printf("%d live\n", live);
	}
	return 7;
}
C
cat >busy.c <<'C'
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static void *run(void *ended)
{
	void *kept[64] = { NULL };
	unsigned random = 1, i;

	while (!*(volatile int *)ended) {
		random = random * 1103515245 + 12345;
		i = random >> 20 & 63;
		free(kept[i]);
		kept[i] = malloc(16 + (random >> 16 & 1023));
	}
	for (i = 0; i < 64; i++)
		free(kept[i]);
	return NULL;
}
int main(void)
{
	pthread_t threads[4];
	int ended = 0, i;
	char byte;

	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, run, &ended);
	if (read(0, &byte, 1) < 0)
		return 1;
	ended = 1;
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
C
${CC:-gcc} -O1 -g -fno-builtin -o steps steps.c && ${CC:-gcc} -O1 -g -pthread -o busy busy.c || exit 1

start() { # OPTION... PROGRAM
	rm -f in && mkfifo in
	"$OUTLIVE" run -q --segments-every 0 "${@:1:$#-1}" -o run -- "./${!#}" <in >output 2>ended &
	recorder=$!
	exec {feed}>in
	for _ in $(seq 500); do
		pid=$(pgrep -P $recorder -x "${!#}") && grep -q '\.ring$' "/proc/$pid/maps" && break
		sleep 0.02
	done
}
finish() {
	exec {feed}>&-
	wait $recorder
}
step() { # PAIRS: then it rests
	local before
	before=$(wc -l <output)
	echo "$1" >&"$feed"
	for _ in $(seq 1000); do
		[ "$(wc -l <output)" = "$before" ] || break
		sleep 0.01
	done
}
snapshot() {
	"$OUTLIVE" snapshot -q -o copy "$pid" 2>said || { cat said; return; }
	"$OUTLIVE" report --format json copy >copy.json || return
	[ "$(wc -l <said)" = 1 ] || cat said
}

echo "at rest:"
start --flight --ring 1M steps
step 100
snapshot
jq -c '[.totals.allocations == .totals.frees + 10, .lost.events, .totals.live_blocks, .totals.live_bytes,
	.process.outlived]' copy.json
first=$(jq '.totals.events + .lost.overwritten' copy.json)
step 200000
snapshot
second=$(jq '.totals.events + .lost.overwritten' copy.json)
echo "$((second - first)) more events"
jq -c '[.lost.overwritten > 100000, .totals.live_blocks, .lost.damaged, .lost.holes,
	[.sites[] | select(.frames[0].function == "keep") | .live_blocks]]' copy.json
"$OUTLIVE" report copy | grep -E 'still alive|never freed|unknown '
finish
echo "status $?"
cat output
# its own trace has what was overwritten by its end
"$OUTLIVE" report --format json run | jq -c --argjson second "$second" \
	'[.totals.events + .lost.overwritten >= $second, .totals.live_blocks]'

echo "while it works:"
start --flight --ring 2M busy
sleep 0.3
for _ in 1 2 3 4 5; do
	snapshot
	# 256 blocks are kept, but for those that are exchanged just now, and those of a thread that has
	# not run for so long that its last events are overwritten
	jq -c '[.totals.allocations > 1000, .totals.live_blocks < 300, .lost.damaged, .lost.holes]' \
		copy.json
done | sort -u
finish
echo "status $?"

echo "refusals:"
start steps
step 1
"$OUTLIVE" snapshot "$pid" 2>&1 | sed "s/$pid/PID/; s/process [0-9]*/process READER/"
"$OUTLIVE" snapshot $$ 2>&1 | sed "s/$$/PID/"
"$OUTLIVE" snapshot 99999999 2>&1
echo "status ${PIPESTATUS[0]}"
"$OUTLIVE" snapshot 2>&1 | head -n 1
"$OUTLIVE" snapshot me 2>&1 | head -n 1
finish
echo "a default name:"
start --flight steps
step 1
"$OUTLIVE" snapshot -q "$pid" 2>/dev/null
ls "steps.$pid.outlive" | sed "s/$pid/PID/"
finish >/dev/null 2>&1
exit 0
