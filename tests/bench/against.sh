#!/bin/bash
# against.sh REVISION [CASE]... - does recording cost more than it did at REVISION? Both builds and
# the bare program take turns, ROUNDS times (9); medians of user and system time of the recorded
# program alone are compared, since other work on the machine lengthens those the least. One JSON
# line per case on stdout. Cases: pairs sqlite3 python3 cc1plus; without, all.
#
#   bare, before, now   seconds; pairs: of four million pairs
#   now_over_before      below 1: cheaper than at REVISION
#   bare_spread        the highest bare time over the lowest: how noisy the machine was
set -u
cd "$(dirname "$0")/../.." || exit 2
if [ -z "${OUTLIVE_CONFINED:-}" ]; then
	mkdir -p build
	export OUTLIVE_CONFINED=yes
	exec bash tests/run/confined.sh build /tmp "${TMPDIR:-/tmp}" /dev/shm -- \
		bash tests/bench/against.sh "$@"
fi
root=$PWD
revision=${1:?against.sh: which revision?}
shift
rounds=${ROUNDS:-9}
# shellcheck source=tests/lib/workloads.sh
. tests/lib/workloads.sh

before=$root/build/against
if [ "$(cat "$before/revision" 2>/dev/null)" != "$(git rev-parse "$revision")" ]; then
	rm -rf "$before" && mkdir -p "$before" || exit 2
	git archive "$revision" | tar -x -C "$before" || exit 2
	make -C "$before" -j"$(nproc)" >"$before/log" 2>&1 || { tail "$before/log" >&2; exit 2; }
	git rev-parse "$revision" >"$before/revision"
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/outlive-against.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
gcc -O2 -g -pthread -D_GNU_SOURCE -o pairs "$root/tests/bench/pairs.c" || exit 2
gcc -O2 -D_GNU_SOURCE -o measure "$root/tests/bench/measure.c" || exit 2

recorded() { # BUILD MEASURED COMMAND...
	local outlive=$1/build/outlive measured=$2
	shift 2
	"$outlive" run -q -o trace -- ./measure "$measured" "$@" >/dev/null 2>err || cat err >&2
}

against() { # NAME COMMAND...
	local name=$1 i
	shift
	rm -f bare before now
	"$@" >/dev/null 2>&1 # the page cache is warm for all
	for ((i = 0; i < rounds; i++)); do
		./measure bare "$@" >/dev/null 2>&1
		recorded "$before" before "$@"
		recorded "$root" now "$@"
	done
	for which in bare before now; do
		awk -v which=$which '{ print which, $2 + $3 }' $which | sort -k 2n
	done | awk -v name="$name" -v rounds="$rounds" '
		{ time[$1, ++count[$1]] = $2 }
		function median(which, n) {
			n = count[which]
			return (time[which, int((n + 1) / 2)] + time[which, int(n / 2) + 1]) / 2
		}
		END {
			printf "{\"case\": \"%s\", \"bare\": %.3f, \"before\": %.3f, \"now\": %.3f, ",
				name, median("bare"), median("before"), median("now")
			printf "\"now_over_before\": %.3f, \"bare_spread\": %.2f, \"rounds\": %d}\n",
				median("now") / median("before"),
				time["bare", count["bare"]] / time["bare", 1], rounds
		}'
}

[ $# -gt 0 ] || set -- pairs sqlite3 python3 cc1plus
for case in "$@"; do
	case $case in
	pairs)
		for depth in 5 30 200; do
			against "pairs depth $depth" ./pairs $depth 1 4000000
		done ;;
	sqlite3) make_sql in.sql && against sqlite3 sqlite3 :memory: ".read in.sql" ;;
	python3) make_python in.py && against python3 /usr/bin/python3 in.py ;;
	cc1plus)
		make_cpp in.cpp && g++ -std=c++20 -E -o in.ii in.cpp || exit 2
		against cc1plus "$(g++ -print-prog-name=cc1plus)" -fpreprocessed -quiet -std=c++20 -O1 \
			in.ii -o out.s ;;
	*) echo "against.sh: no case '$case'" >&2; exit 2 ;;
	esac
done
