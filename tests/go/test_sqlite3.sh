#!/bin/bash
# shellcheck disable=SC2154,SC2016,SC2034 # lib.sh sets version; for jq; it uses GO and way
# test_sqlite3.sh - go-sqlite3, from the module proxy: its own tests and benchmarks say the same recorded
# as bare, and its C blocks lead through Go. Only with the newest Go that is there, as SQLite takes
# long to compile. Skipped where there is no proxy.
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"
[ -n "${WHOLE:-}" ] || skip "SQLite takes a minute to compile: WHOLE=1, or make go-soak"
module=github.com/mattn/go-sqlite3@v1.14.24
GO=go
version=newest
command -v go >/dev/null || skip "no Go is installed; make exact installs it"
cache=$OUTLIVE_ROOT_DIR/build/go-modules
mkdir -p "$cache" module
export GOMODCACHE=$cache GOFLAGS="-mod=mod -modcacherw"
(cd module && timeout 60 go mod download -json $module >../module.json 2>&1) ||
	skip "no module proxy: $(tail -n 1 module.json)"
source=$(jq -r .Dir module.json)
cp -r "$source" sqlite3 && chmod -R u+w sqlite3
(cd sqlite3 && CGO_ENABLED=1 go test -c -o ../tests .) >built 2>&1 ||
	{ complain "its tests cannot be built: $(tail -n 3 built)"; exit; }

run() { # NAME COMMAND..
	local name=$1
	shift
	(cd sqlite3 && exec timeout 600 "$@" -test.v -test.bench=. -test.benchtime=50x) >$name.out 2>$name.err
	echo $? >$name.status
	grep -E '^ *(---|PASS|FAIL|panic)' $name.out | sed -E 's/ \([0-9.]+s\)//' | sort >$name.results
	grep -oE '^Benchmark[A-Za-z0-9_/]+' $name.out | sort -u >>$name.results
}
run bare "$PWD/tests"
run recorded "$OUTLIVE" run -q -o "$PWD/t.outlive" -- "$PWD/tests"
diff bare.results recorded.results >differences || complain "other results: $(head -n 20 differences)"
cmp -s bare.status recorded.status || complain "status $(cat recorded.status), bare $(cat bare.status)"
[ "$(grep -c -- '--- PASS' bare.results)" -gt 50 ] && [ "$(grep -c ^Benchmark bare.results)" -ge 8 ] ||
	complain "hardly a test ran: $(tail -n 3 bare.out)"
"$OUTLIVE" report --format json --top 2000 t.outlive >report.json || complain "no report"
way=$module
expect "nothing is lost, and stacks are whole" '.lost.events == 0 and .lost.stacks_cut * 500 < .totals.events' .lost
expect "SQLite allocates for Go" '[.sites[] | select(.frames[0].function | startswith("sqlite3")) |
	select(.exact.stacks_cut == 0) | [.frames[], .outer_frames[]] | last.function] | unique == ["runtime.goexit"]' \
	'[.sites[] | select(.frames[0].function | startswith("sqlite3")) | [.frames[], .outer_frames[]] | last.function] | unique'
echo "$(grep -c -- '--- PASS' bare.results) tests, $(grep -c ^Benchmark bare.results) benchmarks, $(jq -c \
	'.totals.events, .lost.stacks_cut' report.json | tr '\n' ' ')"
