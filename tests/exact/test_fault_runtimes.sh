#!/bin/bash
# Runtimes with a mind of their own about SIGSEGV keep it: Java and Go make exceptions of it,
# Rust and Python explain it, V8 and Ruby find the end of their stacks by themselves. Each
# prints what it prints bare, and ends as it ends bare. Those that are not installed are
# left out. RUNTIMES="java go" picks some.
set -u
root=$OUTLIVE_ROOT_DIR here=$root/tests/exact
# shellcheck disable=SC2034 # lib/recorded.sh uses them
library=$OUTLIVE_LIBRARY outlive=$OUTLIVE
. "$here/lib/recorded.sh"
# shellcheck source=tests/lib/go_cache.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/go_cache.sh"
bad=0 ran=0
ulimit -c 0

# Addresses and numbers of threads are new each time; the shell's words are its own.
cleaned() { # FILE
	sed -E -e '/(recorded|test_fault_runtimes)\.sh: line /d' -e 's/0x[0-9a-f]+/0x/g' \
		-e 's/\b(m|mp|gp|g|M|sigcode|fp|sp|pc)=[0-9a-fx]+//g' -e "s/\([0-9]+\)/()/" \
		-e '/^(rax|rbx|rcx|rdx|rdi|rsi|rbp|rsp|r[0-9]+|rip|rflags|[cfg]s) /d' "$1" |
		awk '/^goroutine/ { exit } { print }' # which of them are there depends
}

same() { # NAME COMMAND...
	local name=$1 bare status
	shift
	has_run=
	[ -z "${RUNTIMES:-}" ] || [[ " $RUNTIMES " == *" ${name%% *} "* ]] || return
	timeout 120 "$@" >bare.out 2>bare.err
	bare=$?
	SECONDS_MAX=120 recorded "$@" >with.out 2>with.err
	status=$?
	ran=$((ran + 1)) has_run=yes
	[ $status = $bare ] || { echo "$name: status $bare became $status"; bad=1; }
	cmp -s bare.out with.out || { echo "$name: another output"; bad=1; }
	diff <(cleaned bare.err) <(cleaned with.err) >difference ||
		{ echo "$name: says something else"; head -n 6 difference; bad=1; }
	echo "$name: status $status"
}

# The last that ran: what its recording says first.
tells() { # FUNCTION
	local ring
	[ "$has_run" ] || return
	for ring in rings/*.ring; do "$outlive" report --stacks "$ring"; done >reports 2>&1
	grep -q "^stack overflow in thread .*" reports && grep -q "$1" reports &&
		grep -q "own handler took it, and ended the process" reports ||
		{ echo "no stack overflow of $1:"; head -n 5 reports; bad=1; }
}

has() { command -v "$1" >/dev/null; }
python=/usr/bin/python3

if has javac && javac -d . "$here/lib/Faults.java" 2>javac.log; then
	same java java -Xmx256m -Xss2m -cp . Faults
	same java-jni java -Xmx256m -Xcheck:jni -cp . Faults
fi
if has go; then
	mkdir go-main go-library
	cp "$here/lib/faults_main.go" go-main/main.go
	cp "$here/lib/faults_library.go" go-library/library.go
	export CGO_ENABLED=1
	printf 'module faults\ngo 1.18\n' | tee go-main/go.mod >go-library/go.mod
	if (cd go-main && go_locked go build -o ../go_faults .) >go.log 2>&1; then
		same go ./go_faults
		same "go dies in C" ./go_faults crash
		same "go overflows in C" ./go_faults overflow
	fi
	if (cd go-library && go_locked go build -buildmode=c-shared -o ../libfaults.so .) >go.log 2>&1 &&
		gcc -o load_go "$here/lib/load_go.c" -ldl -pthread; then
		same "go library" ./load_go
		same "go library dies in C" ./load_go crash
		same "go library overflows in C" ./load_go overflow
	fi
fi
if has rustc && rustc -g -o rust_faults "$here/lib/faults.rs" 2>rustc.log; then
	same "rust main" ./rust_faults main
	tells descend
	same "rust thread" ./rust_faults thread
	tells descend
fi
if has $python; then
	for way in null overflow thread plain; do
		same "python $way" $python "$here/lib/faults.py" $way
	done
fi
# GNU's own handler of overflows; versions from 3.12 on refuse such a pattern before.
if grep --version | grep -q ' 3\.[0-9]$\| 3\.1[01]$'; then
	python3 -c 'print("(" * 300000 + ")" * 300000)' >pattern
	same grep grep -E -f pattern /dev/null
	tells 'pars\|libc.so.6+' # without libc's debug information its functions are nameless
fi
has node && same node node "$here/lib/overflows.js"
has ruby && same ruby ruby "$here/lib/overflows.rb"
if has perl; then
	same perl perl -e '$SIG{SEGV} = sub { print "handled\n"; exit 3 }; kill SEGV => $$;
		sleep 1'
fi
same bash bash -c 'trap "echo handled" SEGV; kill -SEGV $$; echo on'
same bash bash -c 'kill -SEGV $$; echo not on'
[ $ran -gt 0 ] || { echo "no runtime is installed"; exit 77; }
exit $bad
