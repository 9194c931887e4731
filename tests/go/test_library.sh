#!/bin/bash
# test_library.sh - a library of Go in a program of C, linked and opened: what a thread of C has
# allocated through Go is that thread's, and its frames of C are exact through Go.
# shellcheck source=tests/go/recorded.sh
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"

check() {
	record t.outlive ./host
	expect "stacks cut" '.lost.stacks_cut == 0' '.lost, .totals.events'
	expect "Go's own heap" '.go_heap.complete and .go_heap.rate == 524288' '.go_heap'
	expect "around Go" 'blocks(1001) == 5 and depths(1001) == [0] and
		(of(1001) | sum(.exact.blocks)) == 5' 'of(1001)[] | .escape_depths, .exact'
	expect "around callbacks" '. as $report | [range(0; 5) | . as $n | $report |
		blocks(1200 + $n) == 50 and depths(1200 + $n) == [0] and
		(of(1200 + $n) | sum(.exact.blocks)) == 50] | all' \
		'of(1200, 1204)[] | .size_min, .escape_depths, .exact'
	expect "owned by Go" 'blocks(1101) == 50 and blocks(1103) == 300 and blocks(1104) == 20 and
		(of(1101) + of(1103) + of(1104) | sum(.exact.left_c)) == 370 and
		depths(1101) == at(1101; "main.owns") and depths(1104) == at(1104; "main.owns")' \
		'of(1101, 1103, 1104)[] | .size_min, .escape_depths, .exact, [.frames[].function]'
	# the frames of C beyond Go are exact
	expect "owned by C beyond Go" 'blocks(1102) == 50 and depths(1102) == at(1102; "takes") and
		(of(1102) | sum(.crossed)) == 0 and (of(1102) | sum(.exact.blocks)) == 50' \
		'of(1102)[] | .escape_depths, .exact, [.frames[].function]'
	expect "outermost frames" '[of(1101, 1102, 1103)[] | (.frames + .outer_frames)[-1].function |
		select(. != "_start" and (startswith("clone") | not))] == []' \
		'[of(1101, 1102, 1103)[] | (.frames + .outer_frames)[-1].function] | unique'
}

ways() {
	local linked
	go_build library library.so -buildmode=c-shared || return
	for linked in "" -DLINKED; do
		way="$version ${linked:-dlopen}"
		# shellcheck disable=SC2086 # nothing, or a flag with its libraries
		gcc -g -O2 $linked -o host "$here/library/host.c" -ldl -lpthread \
			${linked:+./library.so -Wl,-rpath,.} || { complain "$way: gcc"; continue; }
		check
	done
}
each_go ways
