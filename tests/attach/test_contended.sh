#!/bin/bash
# Two attaches at the same instant: one records, the other reports that. A thread that gets no
# processor does not stop in time: it is waited for, and that is not taken for a lack of permission.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
rounds=$([ -n "${WHOLE:-}" ] && echo 60 || echo 6)
build threads
start ./threads 4 500
for ((i = 0; i < rounds; i++)); do
	for n in 1 2; do
		timeout 120 "$OUTLIVE" attach -q --for 300ms -o "$n.outlive" "$pid" 2>"said$n" &
		both[n]=$!
	done
	wait "${both[1]}"
	one=$?
	wait "${both[2]}"
	case "$one $?" in
	"0 3") grep -qE 'is recorded already|under way' said2 || complain "$i: $(cat said1 said2)" ;;
	"3 0") grep -qE 'is recorded already|under way' said1 || complain "$i: $(cat said1 said2)" ;;
	"0 0") # the second came when the first had ended
		"$OUTLIVE" info -f json 1.outlive >1.json && "$OUTLIVE" info -f json 2.outlive >2.json
		jq -es 'all(.processes[0].events > 0)' 1.json 2.json >/dev/null || complain "$i: one recorded nothing" ;;
	*) complain "$i: status $one, $?: $(cat said1 said2)" ;;
	esac
	rm -f ./*.outlive
done
finish threads

build alone
MALLOC_ARENA_MAX=1 start ./alone
for ((i = 0; i < 2 * $(nproc); i++)); do
	while :; do :; done &
	started+=("$!")
	spinning+=("$!")
done
chrt --idle -p 0 "$pid" || complain "no SCHED_IDLE here"
for i in 1 2 3; do
	timeout 60 "$OUTLIVE" attach -q --for 50ms -o t.outlive "$pid" 2>said
	status=$?
	[ $status = 0 ] || grep -qE 'do not get a processor|was in .* at each of' said ||
		complain "starved: status $status: $(cat said)"
done
kill "${spinning[@]}"
chrt --other -p 0 "$pid"
attach 50ms
finish alone
