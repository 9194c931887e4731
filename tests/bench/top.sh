#!/bin/bash
# What `outlive top` takes of a processor, as `make bench-top`: of a program that waits, of one with
# many call paths that waits, and of busy ones, each with the screen drawn four times a second. What
# a busy one takes more is for its events.
set -u
cd "$(dirname "$0")/../.." || exit 2
outlive=$PWD/build/outlive
seconds=${SECONDS_EACH:-10}
command -v tmux >/dev/null || { echo "bench-top needs tmux" >&2; exit 2; }
work=$(mktemp -d "${TMPDIR:-/tmp}/outlive-bench.XXXXXX") || exit 2
trap 'tmux -S "$work/socket" kill-server 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 2
cat >rate.c <<'END'
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define KEPT 20000
static void *kept[KEPT];

/* one of 2 ^ 12 call paths */
__attribute__((noinline)) static void *make(int depth, unsigned path, int bytes)
{
	void *volatile block;

	if (!depth)
		block = malloc(bytes);
	else if (path & 1)
		block = make(depth - 1, path >> 1, bytes);
	else
		block = make(depth - 1, path >> 1, bytes);
	return block;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* rate EVENTS EVENTS_PER_S SECONDS: some at once, then so many a second */
int main(int count, char **argument)
{
	double begun = now(), at_once = atof(argument[1]), rate = atof(argument[2]);
	double end = begun + atof(argument[3]), done = 0;
	unsigned seed = (unsigned)count;

	while (now() < end) {
		while (done < at_once + (now() - begun) * rate) {
			for (int i = 0; i < 50; i++, done += 2) {
				seed = seed * 1103515245 + 12345;
				free(kept[(seed >> 16) % KEPT]);
				kept[(seed >> 16) % KEPT] = make(12, seed >> 8 & 4095, 16 + seed % 100);
			}
		}
		usleep(2000);
	}
	return 0;
}
END
${CC:-gcc} -g -O0 -o rate rate.c || exit 2

ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
case_run() { # WHAT EVENTS EVENTS_PER_S
	local pid before after
	"$outlive" run -q -o t.outlive -- ./rate "$2" "$3" $((seconds + 8)) 2>/dev/null &
	sleep 2
	tmux -S "$work/socket" -f /dev/null new-session -d -x 120 -y 40 "exec $outlive top t.outlive"
	sleep 4
	pid=$(tmux -S "$work/socket" list-panes -F '#{pane_pid}')
	before=$(ticks "$pid")
	sleep "$seconds"
	after=$(ticks "$pid")
	tmux -S "$work/socket" kill-server
	wait
	awk -v what="$1" -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" -v s="$seconds" \
		'BEGIN { printf "%-42s %6.2f %% of a processor\n", what, ticks / hz / s * 100 }'
}
case_run "it waits" 0 0
case_run "it waits, 4,096 call paths" 200000 0
case_run "10,000 events a second, 4,096 call paths" 0 10000
case_run "100,000 events a second, 4,096 call paths" 200000 100000
