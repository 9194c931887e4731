#!/bin/bash
# The last snapshot of a process, by itself: what it held when it ended, not some time before.
segments() { "$OUTLIVE" segments "$@"; }
record() { # NAME COMMAND..
	local name=$1
	shift
	"$OUTLIVE" run -q -o "$name.outlive" -- "$@" 2>reported || cat reported
	segments -f json "$name.outlive" >"$name.json"
}
# On a busy machine its own snapshot may be left out, because it would take too long, or one from
# outside may come after it, or the first or the last from outside too late: then once more.
own_is_last='.samples[-1].reasons[-1] == "own"'
record_until() { # CONDITION NAME COMMAND..
	local condition=$1
	shift
	for _ in 1 2 3 4 5 6; do
		record "$@"
		jq -e "$condition" "$1.json" >/dev/null && break
	done
}

# 8 MiB are touched 5 ms before the end; then it tells its own smaps, in the last handler.
cat >late.c <<'C'
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static char text[1 << 20];
static void smaps_tell(void)
{
	int from = open("/proc/self/smaps", O_RDONLY);
	int to = open("smaps", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	long used = 0, count;

	memset(text, 1, sizeof(text)); /* all there before it is counted */
	while ((count = read(from, text + used, sizeof(text) - used)) > 0)
		used += count;
	if (write(to, text, used) != used)
		abort();
	close(from);
	close(to);
}
static char *volatile block;
int main(void)
{
	atexit(smaps_tell);
	usleep(250000);
	block = malloc(8 << 20);
	memset(block, 1, 8 << 20);
	usleep(5000);
	return 0;
}
C
gcc -O1 -fno-builtin -o late late.c || exit 1
record_until "$own_is_last and (.samples[0].segments.heap.rss // 0) < 1048576" late ./late
echo "allocated last:"
jq -c '.samples[-1] | [.reasons, .segments.heap.rss >= 8 * 1048576, .heap.blocks, .heap.kept < 200000]' late.json
jq -c '[.own_samples, ([.samples[].reasons[] | select(. == "last")] | length)]' late.json
# (Who looks from outside may have seen the same just before.)
jq -c '.peak.rss as $most | [.samples[-1].total.rss == $most,
	.peak.time_ns == ([.samples[] | select(.total.rss == $most)][0].time_ns),
	(.peak.kernel_rss - .peak.rss | fabs) < 300000]' late.json
# Its sums are those of smaps, but for the ring's pages and the stack's of what it did since.
smaps() { awk -v field="$1:" '$1 == field { sum += $2 } END { print sum * 1024 }' smaps; }
for pair in rss:Rss pss:Pss private_dirty:Private_Dirty swap:Swap anonymous:Anonymous; do
	jq --argjson truth "$(smaps "${pair#*:}")" ".samples[-1] |
		.total.${pair%:*} + .segments.outlive.${pair%:*} - \$truth |
		fabs < 40 * 4096" late.json
done | tr '\n' ' '; echo
jq --argjson truth "$(smaps Size)" '.samples[-1] | .total.size + .segments.outlive.size == $truth' late.json
jq -c '[.samples[-1].segments | del(.outlive)[] | .rss] | add' late.json >sum
[ "$(cat sum)" = "$(jq .samples[-1].total.rss late.json)" ] && echo "segments are the total"
at() { segments --at 1m late.outlive | grep -c "^at $1"; }
at '.*the nearest snapshot'
segments --between 0s: -f json late.outlive | jq '.samples[-1].segments.heap.rss -
	(.samples[0].segments.heap.rss // 0) >= 8 * 1048576'
# (Readings of the size alone may follow it.)
segments -f csv late.outlive | grep ',total,' | tail -n 1 | tr -d '\r' | cut -d, -f 2,4 |
	diff - <(jq -r '"total,\(.samples[-1].total.rss)"' late.json) && echo "csv has it"

# At rest, with arenas, large blocks, threads that live on: it says the same as who looks
# from outside.
cat >rest.c <<'C'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static pthread_barrier_t all_rest;
static void *run(void *name)
{
	char *block = malloc(300000);

	pthread_setname_np(pthread_self(), name);
	memset(block, 1, 300000);
	free(malloc(10));
	pthread_barrier_wait(&all_rest);
	pause();
	return block;
}
int main(int count, char **words)
{
	pthread_t threads[3];

	memset(malloc(5000000), 1, 5000000);
	pthread_barrier_init(&all_rest, NULL, 4);
	pthread_create(&threads[0], NULL, run, "one");
	pthread_create(&threads[1], NULL, run, "\033[31mtwo");
	pthread_create(&threads[2], NULL, run, "three");
	pthread_barrier_wait(&all_rest);
	if (count > 1)
		sleep(atoi(words[1]));
	usleep(700000);
	return 0;
}
C
gcc -O1 -fno-builtin -pthread -o rest rest.c || exit 1
record_until "$own_is_last and .samples[-1].time_ns - .samples[-2].time_ns < 600000000" rest ./rest
echo "from outside and by itself:"
jq -c '.samples as $all | [$all[-2].reasons[-1] != "own", $all[-1].reasons]' rest.json
jq -c '.samples as $all | [$all[-2].segments, $all[-1].segments | map_values(.size)] |
	if .[0] == .[1] then "the same sizes" else . end' rest.json
jq -c '.samples as $all | [$all[-2].segments, $all[-1].segments | del(.code, .rodata,
	.vdso, .outlive, .stack) | map_values(.rss)] |
	if .[0] == .[1] then "the same resident" else . end' rest.json
jq -c '.samples as $all | [$all[-2].stacks, $all[-1].stacks | map([.tid, .name, .size])] |
	[.[0] == .[1], (.[1] | length)]' rest.json
jq -c '.samples[-1] | [.threads, .segments.heap.rss > 5000000, .segments.other.size < 65536]' rest.json

echo "nothing of ours is other:"
for program in "./rest 300" "sleep 300"; do
	rm -f others mappings
	# shellcheck disable=SC2086
	"$OUTLIVE" run -q -o other.outlive -- $program 2>/dev/null &
	for _ in $(seq 500); do
		pid=$(pgrep -n -f "^$program\$" -P $!) && grep -q '\.ring' "/proc/$pid/maps" && break
		sleep 0.02
	done
	sleep 0.1
	segments --by map -f csv "$pid" >mappings
	awk -F, '$2 == "other"' mappings | tr -d '"' | sed 's/-.*//' >others
	# by its header; and no other is wiped when a process forks
	while read -r start; do
		dd "if=/proc/$pid/mem" bs=8 count=1 "skip=$((0x$start))" iflag=skip_bytes 2>/dev/null
		echo
		awk "/^[0-9a-f]/ { is_it = /^$start-/ } is_it && /VmFlags/ && / wf/" "/proc/$pid/smaps"
	done <others | grep -acE 'OUTLMARK|VmFlags'
	# The kernel may have joined what there is to something else.
	[ "$(wc -l <mappings)" -gt 20 ] || echo "none is seen"
	kill "$pid"
	wait
done

echo "exec:"
record exec sh -c 'sleep 0.1; sleep 0.1; exec sleep 0.2'
for number in $(seq 0 9); do
	segments --process "$number" -f json exec.outlive 2>/dev/null |
		jq -c 'select(.pictures[-1].reason == "exec") |
			[(.executable | split("/")[-1] | IN("sh", "dash", "bash")), .own_samples >= 1,
			.samples[-1].total.rss > 1000000]'
done | sort -u | head -n 1

echo "fork:"
cat >forks.c <<'C'
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static char *volatile block;
static void end(int how, size_t bytes)
{
	block = malloc(bytes);
	memset(block, 1, bytes);
	usleep(200000);
	if (how)
		_exit(0);
	exit(0);
}
int main(void)
{
	int i;

	block = malloc(10);
	for (i = 0; i < 2; i++) {
		if (!fork())
			end(i, (i + 1) * (2 << 20));
		wait(NULL);
	}
	return 0;
}
C
gcc -O1 -fno-builtin -o forks forks.c || exit 1
for _ in 1 2 3 4 5 6; do
	record forks ./forks
	own=0
	for number in 1 2; do
		segments --process $number -f json forks.outlive |
			jq -e '.samples[-1].reasons[-1] == "own"' >/dev/null && own=$((own + 1))
	done
	[ $own != 2 ] || break
done
for number in 1 2; do
	segments --process $number -f json forks.outlive | jq -c --argjson least \
		$((number * 2097152)) '.samples[-1] | [.reasons[-1], .segments.heap.rss >= $least,
		.segments.heap.rss < $least + 500000, .stacks[0].tid == .stacks[-1].tid]'
done

echo "no descriptors:"
cat >none.c <<'C'
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
int main(void)
{
	struct rlimit none = { 3, 3 };

	free(malloc(10));
	usleep(50000);
	return setrlimit(RLIMIT_NOFILE, &none) ? 1 : 0;
}
C
gcc -o none none.c || exit 1
record none ./none
jq -c '[.own_samples, (.samples | length > 0)]' none.json

echo "too short a life:"
# What there is no time for is not paid for; the totals are there.
record short true
jq -c '.pictures[-1] | [.reason, .rss > 1000000, .kernel_peak_rss >= 1000000]' short.json
exit 0
