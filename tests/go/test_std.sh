#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets version
# test_std.sh - the tests of cgo that come with Go's source say the same recorded as bare: callbacks,
# threads, signals, setgid, panics, children. Of one Go; WHOLE=1: of each, and also those of the runtime
# about cgo, which build and run programs of their own.
. "$OUTLIVE_ROOT_DIR/tests/go/lib.sh"
needs gcc
unset GOFLAGS
PATH=$PATH:/usr/lib/go-1.23/bin # a `go` for what the tests build, where there is no other

# Without times, addresses and the order of tests that run side by side.
results() { # FILE
	grep -E '^ *(---|PASS|FAIL|panic|fatal)' "$1" | sed -E 's/ \([0-9.]+s\)//' | sort
}

both() { # PROGRAM ARGUMENTS..: in the directory $at
	local program=$PWD/$1 here_now=$PWD bare recorded
	shift
	(cd "$at" && exec timeout 600 "$program" -test.v "$@") >bare.out 2>&1
	bare=$?
	(cd "$at" && exec timeout 900 "$OUTLIVE" run -q -o "$here_now/t.outlive" -- "$program" -test.v "$@") \
		>recorded.out 2>recorded.err
	recorded=$?
	[ $bare = $recorded ] || complain "go $version $program: status $recorded, bare $bare"
	results bare.out >bare.results
	results recorded.out >recorded.results
	diff bare.results recorded.results >differences ||
		complain "go $version $program: other results: $(head -n 20 differences)"
	[ "$(grep -c -- '--- PASS' bare.results)" -ge "$least" ] ||
		complain "go $version $program: hardly a test ran: $(tail -n 3 bare.out)"
	! grep -v '^outlive: [0-9,]* events of' recorded.err | grep '^outlive' >warnings ||
		complain "go $version $program: $(head -n 3 warnings)"
	"$OUTLIVE" report --format json --top 0 t.outlive >report.json ||
		complain "go $version $program: no report"
	echo "go $version $(basename "$program"): $(grep -c -- '--- PASS' bare.results) tests, $(tail -n 1 recorded.err)"
}

check() {
	local root name
	[ -z "${has_run:-}" ] || [ -n "${WHOLE:-}" ] || return
	root=$("$GO" env GOROOT)
	for at in "$root/src/cmd/cgo/internal/test" "$root/misc/cgo/test"; do
		[ -d "$at/issue9400" ] && break
	done
	[ -d "$at/issue9400" ] || { echo "go $version: its source has no tests of cgo"; return; }
	for name in test testtls teststdio testnocgo; do
		[ -d "$at/../$name" ] || continue
		(cd "$at/../$name" && CGO_ENABLED=1 "$GO" test -c -o "$OLDPWD/$name.test" .) >built 2>&1 ||
			{ echo "go $version: $name cannot be built: $(head -n 2 built)"; continue; }
	done
	[ -x test.test ] || { complain "go $version: no tests: $(head -n 3 built)"; return; }
	least=40
	both test.test
	has_run=yes
	rm -f ./*.test
	[ -n "${WHOLE:-}" ] && [ -d "$root/src/runtime/testdata/testprogcgo" ] || return
	at=$root/src/runtime
	(cd "$at" && CGO_ENABLED=1 "$GO" test -c -o "$OLDPWD/runtime.test" .) >built 2>&1 ||
		{ complain "go $version: the runtime's tests cannot be built: $(head -n 3 built)"; return; }
	least=10
	both runtime.test -test.short -test.run 'Cgo|NeedM|CallbackInC|EnsureDropM|SigStackSwapping|Signal.*Cgo'
	rm -f ./*.test
}
each_go check
[ -n "${has_run:-}" ] || skip "no Go that is here has its source"
