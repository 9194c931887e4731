#!/bin/bash
# times.sh - how long one thread stands still, and how long the whole attach takes, from the start of the
# command until it records: idle and busy; and the latency of redis's requests with and without attaches.
# TIMES: 50. Of all values: median and 99th percentile.
# shellcheck source=tests/attach/lib.sh disable=SC2154
OUTLIVE_ROOT_DIR=${OUTLIVE_ROOT_DIR:-$(cd "$(dirname "$0")/../../.." && pwd)}
OUTLIVE=${OUTLIVE:-${OUTLIVE_BUILD:-$OUTLIVE_ROOT_DIR/build}/outlive}
work=$(mktemp -d "${TMPDIR:-/tmp}/outlive-soak.XXXXXX") && cd "$work" || exit 1
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
trap 'cd /; rm -rf "$work"; end_all' EXIT
times=${TIMES:-50}

spread() { # FILE of a number a line
	sort -g "$1" | awk '{ v[NR] = $1 } END { printf "median %.1f, p99 %.1f ms", v[int((NR + 1) / 2)], v[int(NR * 0.99 + 0.999)] }'
}

measure() { # WHAT
	local i begun line
	: >stopped
	: >whole
	for ((i = 0; i < times; i++)); do
		begun=${EPOCHREALTIME/./}
		while read -r line; do
			[[ $line == *"was stopped for"* ]] || continue
			awk "BEGIN { print ($((${EPOCHREALTIME/./})) - $begun) / 1000 }" >>whole
			sed 's/.*stopped for \([0-9.]*\) ms.*/\1/' <<<"$line" >>stopped
		done < <("$OUTLIVE" attach --for 20ms -o m.outlive "$pid" 2>&1 >/dev/null)
	done
	echo "$1: $(wc -l <stopped) attaches; thread stopped: $(spread stopped); whole: $(spread whole)"
}

build threads
start ./threads 4 500000
measure "idle (4 threads that sleep half a second)"
finish threads
start ./threads 8
measure "busy (8 threads that never sleep, $(nproc) processors)"
finish threads
command -v redis-server >/dev/null || exit
start redis-server --port 0 --unixsocket "$PWD/socket" --save '' --appendonly no --dir "$PWD"
sleep 0.5
latency() { redis-benchmark -s socket -n "${REQUESTS:-300000}" -c 20 -r 1000 -t set --csv | tail -n 1; }
echo "redis, bare: $(latency)"
while :; do "$OUTLIVE" attach -q --for 100ms -o m.outlive "$pid" >/dev/null 2>&1; echo >>attaches; sleep 0.5; done &
started+=("$!")
echo "redis, attached to all the time: $(latency), $(wc -l <attaches) attaches"
