#!/bin/bash
# test_self.sh - the snapshot that a program with cgo takes of itself at its end: what is Go's heap,
# and what glibc's. The addresses of Go's arenas are random from Go 1.26 on: five runs.
# shellcheck source=tests/go/recorded.sh disable=SC2154 # it sets version
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"

is() { # WHAT EXPRESSION
	jq -e "$2" shown.json >/dev/null || complain "$way: $1: $(jq -c '.samples[-1] |
		[.reasons, (.segments | map_values(.rss))]' shown.json 2>&1)"
}

check() { # RUN
	way="$version run $1"
	# On a busy machine it may be left out, because it would take too long, or one from outside
	# may come after it: then once more.
	for _ in 1 2 3 4 5 6; do
		"$OUTLIVE" run -o t.outlive -- ./self.out >run.txt 2>&1 ||
			complain "$way: status $?: $(head -n 5 run.txt)"
		"$OUTLIVE" segments -f json t.outlive >shown.json || complain "$way: nothing is shown"
		jq -e '.samples[-1].reasons | index("own")' shown.json >/dev/null && break
	done
	is "the last is the process's own" '.samples[-1].reasons | index("own") and index("last")'
	# 20 MiB are kept, in a list of 0.5 MiB, which grew by copying
	is "Go heap" '.samples[-1].segments.go_heap.rss / 1048576 | . >= 20 and . < 30'
	is "heap" '.samples[-1].segments.heap.rss / 1048576 | . >= 10 and . < 12'
	is "other" '.samples[-1].segments.other.rss // 0 | . < 4000000'
	# those from outside have stacks apart: both kinds of pages are Go heap in what grew
	"$OUTLIVE" segments t.outlive | tr -s '\n ' ' ' >shown.txt
	grown=$(sed -nE 's/.* it grew by .*: .*Go heap \+([0-9.]+) MiB.*/\1/p' shown.txt)
	is "grew by ${grown:-nothing known}" "${grown:-0} - ([.samples[-1, 0].segments |
		(.go_heap.rss // 0) + (.go_stack.rss // 0)] | .[0] - .[1]) / 1048576 | fabs < 0.06"
	! grep -q 'Go stacks -' shown.txt || complain "$way: $(cat shown.txt)"
}

runs() {
	go_build self self.out || return
	for run in 1 2 3 4 5; do
		check $run
	done
}
each_go runs
