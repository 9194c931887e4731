#!/bin/bash
# test_internal.sh - a program whose C is that of net and os/user, linked by Go's own linker, which
# drops the call frame information of C (internal/main.go): no stack is cut, and paths and verdicts
# are those of the same program linked by the C compiler, where each frame of C has it.
# shellcheck source=tests/go/recorded.sh
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"
needs nm strip
export GODEBUG=netdns=cgo

# Whether Go's linker has put the C among Go's code.
is_internal() { # PROGRAM
	nm "$1" | awk '/ runtime\.text$/ { start = $1 } / runtime\.etext$/ { end = $1 }
		/_C2func_getaddrinfo$/ && $2 == "T" { at = $1 }
		END { exit !(at != "" && start <= at && at < end) }'
}

# The paths that lead to C, with what is known of their blocks. mygetpwuid_r is inlined, which only
# debug information tells; the names of cgo's functions hold a number.
paths() {
	jq -r '.sites[] | select(any(.frames[].function; . == "getaddrinfo" or . == "__getpwuid_r")) |
		[.allocations, (.exact | tostring), ([.frames[].function | select(. != "mygetpwuid_r")] |
		join(" "))] | @tsv' report.json | sed -E 's/_cgo_[0-9a-f]+_/_cgo_/g' | sort
}

check() { # PROGRAM
	record t.outlive "./$1"
	expect "stacks cut" '.lost.stacks_cut == 0 and .exact.stacks_cut == 0 and .lost.events == 0' \
		'.lost, .exact'
	expect "owner" '[.sites[] | [.frames[].function] | select(index("getaddrinfo")) |
		index("main.addresses")] | length >= 5 and all' '.sites[].frames[].function'
}

ways() {
	local mode
	way="$version external"
	go_build internal external.out -ldflags=-linkmode=external && check external.out
	paths >expected
	grep -q "__getpwuid_r _cgo_Cfunc_mygetpwuid_r .* main.named main.main" expected ||
		complain "$way: no path from getpwuid_r to main.named"
	for mode in exe pie; do
		way="$version internal $mode"
		go_build internal internal.out -buildmode=$mode || continue
		is_internal internal.out || { [ $mode = pie ] || complain "$way: another linker"; continue; }
		check internal.out
		paths | diff expected - >different || complain "$way: other paths: $(cut -c1-400 different)"
		way+=" stripped"
		strip internal.out && check internal.out
	done
}
each_go ways
