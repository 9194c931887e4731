#!/bin/bash
# Attach and detach, many times: sums and blocks of the program stay right, its memory steady, no
# thread is left, and the words are as before. WHOLE=1: many more.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
rounds=$([ -n "${WHOLE:-}" ] && echo 200 || echo 6)

cycles() { # WHAT COMMAND...
	local what=$1 i rss_first=0 rss threads maps_first=0 maps
	shift
	start "$@"
	threads=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)
	for ((i = 0; i < rounds; i++)); do
		attach 50ms
		kill -0 "$pid" 2>/dev/null || { complain "$what: dead after $i rounds"; return; }
		rss=$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")
		maps=$(wc -l <"/proc/$pid/maps")
		[ $i != 1 ] || { rss_first=$rss; maps_first=$maps; }
	done
	[ "$rss" -lt $((rss_first + 1024 + rss_first / 2)) ] || complain "$what: RSS $rss_first, then $rss KiB"
	[ "$maps" -le $((maps_first + 8)) ] || complain "$what: $maps_first mappings, then $maps"
	[ "$what" = churn ] || [ "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)" = "$threads" ] ||
		complain "$what: a thread is left"
	finish "$what"
	echo "$what: $rounds"
}

build threads
build alone
cycles threads ./threads 4 500
cycles busy ./threads 8
MALLOC_ARENA_MAX=1 cycles alone ./alone
build states
cycles states ./states
build churn
cycles churn ./churn
# Others are stopped before them, unless these wait in calls that are stopped last.
for name in vectors rseq; do
	build $name
	: | ./$name >here
	[ $? != 77 ] || { cat here; continue; }
	cycles $name ./$name
done
