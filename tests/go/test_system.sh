#!/bin/bash
# shellcheck disable=SC2154,SC2016 # recorded.sh sets version; for jq
# test_system.sh - net and os/user by libc, exceptions of C++ below Go and around callbacks, threads of a
# library that call back: the same output as bare, known counts, whole paths; as it is built by default,
# and as a stripped PIE.
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"
needs g++
export GODEBUG=netdns=cgo

count_hold() {
	expect "its output" '.process.finished and .lost.events == 0' .lost
	expect "blocks of C++ are counted" '[blocks(4444), blocks(6666), blocks(7777), blocks(8888)] ==
		[100, 100, 50, 200]' '[blocks(4444), blocks(6666), blocks(7777), blocks(8888)]'
	expect "blocks of callbacks are counted" '[blocks(5555), blocks(9999)] == [100, 200]' \
		'[blocks(5555), blocks(9999)]'
	expect "all are freed" '[of(4444, 5555, 6666, 7777, 8888, 9999)[].live_blocks] | add == 0' .
	expect "stacks are whole" '.lost.stacks_cut * 500 < .totals.events' '.lost.stacks_cut, .totals.events'
	expect "a callback under C++ is under Go" '[of(5555)[].frames | map(.function) |
		index("main.goCalled") as $call | index("main.throwing") as $go |
		$call != null and $go != null and $call < $go and last == "runtime.goexit"] | unique == [true]' \
		'[of(5555)[].frames | map(.function)]'
	expect "a callback of another thread ends at the thread" '[of(9999)[].frames | map(.function) |
		index("main.goCalled") != null and (last | startswith("clone"))] | unique == [true]' \
		'[of(9999)[].frames | map(.function)]'
	# a constructor makes them, which may be inlined: its caller frees them, thrown or not
	expect "blocks of C++ are freed by their function" \
		'[of(4444, 6666, 8888)[].escape_depths | keys[]] | unique - ["0", "1"] == []' \
		'[of(4444, 6666, 8888)[].escape_depths]'
	expect "libc works for Go" '[.sites[] | select(any(.frames[]; .function == "main.resolve"))] | length > 0' \
		'[.sites[].frames[].function] | unique'
}

check() {
	local flags
	for flags in "" "-buildmode=pie -ldflags=-s"; do
		way="$version $flags"
		# shellcheck disable=SC2086 # words
		go_build system program $flags || return
		record t.outlive ./program
		grep -q "^called 300$" recorded.out || complain "$way: $(cat recorded.out recorded.err)"
		count_hold
	done
}
each_go check
