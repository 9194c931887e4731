#!/bin/bash
# SIGKILL at random instants while four threads allocate: of the program, of `outlive run`
# first and then of the program, of both, and of both of a flight recorder. What is left
# must read, and hold every call that had returned (the program counts them itself in a
# shared mapping) and at most one more per thread. KILLS=N sets how often.
set -u
source=$OUTLIVE_ROOT_DIR/tests/stress/lib/sigkill_target.c
kills=${KILLS:-200}
set +m
gcc -g -O1 -fno-builtin -D_GNU_SOURCE -pthread -o target "$source" || exit 1

bad=0 events=0 unfilled=0
fail() { # TEXT
	echo "kill $number ($victim): $*"
	bad=$((bad + 1))
	[ $bad -lt 5 ] || exit 1
}

# Every thread's calls in the report against the counts: all that returned, at most one
# more. Events that are known to be missing (a flight recorder overwrites) are known for
# each thread, and count. Prints what differs.
compare() { # REPORT COUNTS
	jq -rn --slurpfile report "$1" --slurpfile counts "$2" '
		($report[0].threads | map({key: (.tid | tostring), value: .}) | from_entries) as $seen
		| ($counts[0].threads | to_entries[]) as $thread
		| ($seen[$thread.key] // {allocations: 0, frees: 0, missing_events: 0}) as $got
		| ($got.allocations - $thread.value[0]) as $allocations
		| ($got.frees - $thread.value[1]) as $frees
		| ($allocations + $frees + $got.missing_events) as $more
		| if $more < 0 or $more > 1 or
			($got.missing_events == 0 and ($allocations < 0 or $frees < 0)) then
			"thread \($thread.key): \($got.allocations) allocations, " +
			"\($got.frees) frees recorded, \($got.missing_events) known to be missing; " +
			"it counted \($thread.value)"
		  else empty end'
}

one_kill() { # VICTIM: program, reader, both, flight (both, of a flight recorder)
	local runner pid=0 trace=$work/t.outlive options=() text i
	victim=$1
	rm -rf "$work"; mkdir "$work"
	[ "$victim" != flight ] || options=(--flight --ring 1M)
	"$OUTLIVE" run -q "${options[@]}" -o "$trace" -- ./target "$work/counts" >"$work/reported" 2>&1 &
	runner=$!
	for ((i = 0; i < 500 && pid == 0; i++)); do
		[ -s "$work/counts" ] && pid=$(./target --print "$work/counts" | grep -o '[0-9]*' | head -n 1)
		[ "$pid" != 0 ] || sleep 0.005
	done
	[ "$pid" != 0 ] || { fail "the program did not start: $(cat "$work/reported")"; return; }
	sleep "0.$(printf %04d $((RANDOM % 600)))"
	case $victim in
	program) kill -9 "$pid" ;;
	reader) kill -9 "$runner"; sleep 0.03; kill -9 "$pid" ;;
	both | flight) kill -9 "$runner" "$pid" ;;
	esac
	wait "$runner" 2>/dev/null # "Killed" is what we want
	for ((i = 0; i < 200; i++)); do # a killed process may take a moment to be gone
		grep -qs '^State:[[:space:]]*[^Z]' "/proc/$pid/status" || break
		sleep 0.01
	done
	./target --print "$work/counts" >"$work/counts.json"
	if ! "$OUTLIVE" report --format json --pid "$pid" "$trace" \
		>"$work/report.json" 2>"$work/report.err"; then
		fail "no report: $(tail -n 2 "$work/report.err")"
		return
	fi
	text=$(compare "$work/report.json" "$work/counts.json")
	[ -z "$text" ] || fail "$text"
	# Only a flight recorder, which a program without its reader becomes, loses any.
	case $victim in
	program | both) [ "$(jq .lost.events "$work/report.json")" = 0 ] ||
		fail "lost $(jq -c .lost "$work/report.json")" ;;
	flight) [ "$(jq .lost.overwritten "$work/report.json")" != 0 ] || unfilled=$((unfilled + 1)) ;;
	esac
	# The rings that a killed reader left; one that lives takes them away itself.
	[ "$victim" = program ] || rm -rf "/dev/shm/outlive.$runner."* "${work:?}/outlive.$runner."*
	events=$((events + $(jq '.totals.allocations + .totals.frees' "$work/report.json")))
}

work=$PWD/work
victims=(program both flight program reader)
for ((number = 1; number <= kills; number++)); do
	one_kill "${victims[number % 5]}"
done
echo "$kills kills, $events events read, $bad wrong"
if [ "$unfilled" -gt $((kills / 8)) ]; then
	echo "$unfilled flight recorders were never filled: the test tests little"
	exit 1
fi
[ $bad = 0 ]
