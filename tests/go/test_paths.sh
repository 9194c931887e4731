#!/bin/bash
# test_paths.sh - many goroutines and threads of C go random paths through Go and C, with callbacks,
# garbage collection, stacks that grow, and panics through C: each block is counted on its path
# (paths/main.go). PATHS_GOROUTINES and PATHS_TIMES make it longer.
. "$OUTLIVE_ROOT_DIR/tests/go/lib.sh"
needs_go
command -v python3 >/dev/null || { echo "no python3"; exit 77; }

check() { # ENVIRONMENT...
	timeout 600 env "$@" "$OUTLIVE" run -o t.outlive -- ./paths "${PATHS_GOROUTINES:-40}" \
		"${PATHS_TIMES:-100}" >recorded.out 2>recorded.err
	local status=$?
	[ $status = 0 ] || fail "$way: exit status $status: $(tail -n 5 recorded.err)"
	"$OUTLIVE" report --format json --top 0 t.outlive >report.json || fail "$way: no report"
	python3 "$here/paths/check.py" report.json "$(grep -E '^[0-9]+ [0-9]+$' recorded.err)" ||
		fail "$way: wrong paths"
}

while read -r go; do
	version=$(GOTOOLCHAIN=local "$go" env GOVERSION)
	go_build "$go" paths paths || continue
	for debug in "" gcstoptheworld=1 clobberfree=1 asyncpreemptoff=1; do
		way="$version $debug"
		check GODEBUG=$debug
		[ -n "${OUTLIVE_GO_ALL:-}" ] || break
	done
done < <(go_wanted)
exit $bad
