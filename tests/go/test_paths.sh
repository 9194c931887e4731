#!/bin/bash
# test_paths.sh - many goroutines and threads of C go random paths through Go and C, with callbacks,
# garbage collection, stacks that grow, and panics through C: each block is counted on its path
# (paths/main.go). PATHS_GOROUTINES and PATHS_TIMES make it longer.
# shellcheck source=tests/go/recorded.sh disable=SC2154 # it sets version
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"
needs python3

check() { # ENVIRONMENT...
	timeout 600 env "$@" "$OUTLIVE" run -o t.outlive -- ./paths.out "${PATHS_GOROUTINES:-40}" \
		"${PATHS_TIMES:-100}" >recorded.out 2>recorded.err
	local status=$?
	[ $status = 0 ] || complain "$way: exit status $status: $(tail -n 5 recorded.err)"
	"$OUTLIVE" report --format json --top 0 t.outlive >report.json || complain "$way: no report"
	python3 "$here/paths/check.py" report.json "$(grep -E '^[0-9]+ [0-9]+$' recorded.err)" ||
		complain "$way: wrong paths"
}

ways() {
	local debug
	go_build paths paths.out || return
	for debug in "" gcstoptheworld=1 clobberfree=1 asyncpreemptoff=1; do
		way="$version $debug"
		check GODEBUG=$debug
		[ -n "${WHOLE:-}" ] || break
	done
	way="$version stripped PIE"
	go_build paths paths.out -buildmode=pie -ldflags=-s && check GODEBUG=
	way="$version internal"
	go_build paths paths.out -ldflags=-linkmode=internal && check GODEBUG=
}
each_go ways
