#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets version
# test_std.sh - the tests of cgo that come with Go's source say the same recorded as bare: callbacks,
# threads, signals, setgid, panics, children. Of one Go, those that take seconds; WHOLE=1: of each, all of
# them: plugins, c-shared, c-archive, sanitizers .. and those of the runtime about cgo. Most build and run
# programs of their own; the test itself may be a static program then, and what it starts is recorded.
. "$OUTLIVE_ROOT_DIR/tests/go/lib.sh"
needs gcc
unset GOFLAGS
SHORT="test testlife testtls"
WHOLE_LIST="$SHORT teststdio testso testfortran testplugin testcshared testcarchive testshared testsanitizers
	testerrors testgodefs testnocgo"
PATH_BEFORE=$PATH
# what sanitizes addresses wants to be the first library
export ASAN_OPTIONS=verify_asan_link_order=0

# Without times, addresses and the order of tests that run side by side.
results() { # FILE
	grep -E '^ *(--- |PASS|FAIL|panic|fatal)' "$1" | sed -E 's/ \([0-9.]+s\)//' | sort
}

both() { # PROGRAM ARGUMENTS..: in the directory $at
	local program=$PWD/$1 here_now=$PWD bare recorded took
	shift
	(cd "$at" && exec timeout 900 "$program" -test.v "$@") >bare.out 2>&1
	bare=$?
	if [ $bare = 124 ]; then
		echo "go $version $(basename "$program"): takes too long here"
		return
	fi
	took=$SECONDS
	(cd "$at" && exec timeout 2000 "$OUTLIVE" run -q -o "$here_now/t.outlive" -- "$program" -test.v "$@") \
		>recorded.out 2>recorded.err
	recorded=$?
	took=$((SECONDS - took))
	if grep -q 'is a static Go program.*malloc: build' recorded.err; then
		echo "go $version $(basename "$program"): a static program that starts no other"
		return
	fi
	[ $bare = $recorded ] || complain "go $version $program: status $recorded, bare $bare"
	results bare.out >bare.results
	results recorded.out >recorded.results
	diff bare.results recorded.results >differences ||
		complain "go $version $program: other results: $(head -n 20 differences)"
	[ "$(grep -c -- '--- PASS' bare.results)" -ge "$least" ] ||
		complain "go $version $program: hardly a test ran: $(tail -n 3 bare.out)"
	! grep -v -e '^outlive: [0-9,]* events of' -e 'only the programs that it starts' \
		-e 'started no program' recorded.err |
		grep '^outlive' >warnings || complain "go $version $program: $(head -n 3 warnings)"
	grep -q 'started no program' recorded.err || "$OUTLIVE" report --format json --top 0 t.outlive >report.json ||
		complain "go $version $program: no report"
	echo "go $version $(basename "$program"): $(grep -c -- '--- PASS' bare.results) tests," \
		"$took s, $(tail -n 1 recorded.err)"
}

# The directory of a package of tests; some had another name before.
directory() { # NAME
	local root=$1 name=$2 at
	for at in "$root/src/cmd/cgo/internal/$name" "$root/misc/cgo/$name" "$root/misc/cgo/${name#test}"; do
		[ -n "$(find "$at/" -maxdepth 1 -name '*_test.go' 2>/dev/null | head -n 1)" ] && { echo "$at"; return; }
	done
	return 1
}

check() {
	local root name short=-test.short only
	[ -z "${has_run:-}" ] || [ -n "${WHOLE:-}" ] || return
	root=$("$GO" env GOROOT)
	PATH=$root/bin:$PATH_BEFORE # a `go` for what the tests build
	directory "$root" test >/dev/null || { echo "go $version: its source has no tests of cgo"; return; }
	[ -z "${WHOLE:-}" ] || SHORT=$WHOLE_LIST short=-test.short=false
	for name in $SHORT; do
		at=$(directory "$root" "$name") || continue
		(cd "$at" && CGO_ENABLED=1 go_locked "$GO" test -c -o "$OLDPWD/$name.test" .) >built 2>&1 ||
			{ echo "go $version: $name cannot be built: $(head -n 2 built)"; continue; }
		[ -x "$name.test" ] || continue
		least=0
		[ "$name" != test ] || least=40 has_run=yes
		# TestLSAN gives its program ASAN_OPTIONS of its own
		[ "$name" = testsanitizers ] && only=(-test.run 'ASAN|MSAN|TSAN|Shared|Fuzz') || only=()
		both "$name.test" $short "${only[@]}"
		rm -f "$name.test"
	done
	[ -n "${has_run:-}" ] || { complain "go $version: no tests: $(head -n 3 built)"; return; }
	[ -n "${WHOLE:-}" ] && [ -d "$root/src/runtime/testdata/testprogcgo" ] || return
	at=$root/src/runtime
	(cd "$at" && CGO_ENABLED=1 go_locked "$GO" test -c -o "$OLDPWD/runtime.test" .) >built 2>&1 ||
		{ complain "go $version: the runtime's tests cannot be built: $(head -n 3 built)"; return; }
	least=10
	both runtime.test -test.short -test.run 'Cgo|NeedM|CallbackInC|EnsureDropM|SigStackSwapping|Signal.*Cgo'
	rm -f ./*.test
}
each_go check
[ -n "${has_run:-}" ] || skip "no Go that is here has its source"
