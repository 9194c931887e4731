#!/bin/bash
# test_lives.sh - blocks of C whose lives under Go are known by construction (lives/main.go), in
# all ways to build a program.
# shellcheck source=tests/go/recorded.sh
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"

check() {
	record t.outlive ./lives.out
	expect "stacks cut" '.lost.stacks_cut <= .totals.events / 500' '.lost.stacks_cut, .totals.events'
	# Go ends by a system call, without destructors
	expect "finished" '.process.finished' '.process.finished'
	expect "lost" '.lost.events == 0' '.lost'
	# freed by the C function that allocated it: exact
	expect "inside C" 'blocks(1001) == 100 and depths(1001) == [0] and
		(of(1001) | sum(.exact.blocks)) == 100' 'of(1001)[] | .escape_depths, .exact'
	expect "inside C, on a stack that has grown" 'blocks(1006) == 1000 and depths(1006) == [0] and
		(of(1006) | sum(.exact.blocks)) == 1000' 'of(1006)[] | .escape_depths, .exact'
	# the same, though C called Go, which called C, up to 20 times: no depth is wrong, and all but
	# at most 2 of the 630 blocks are exact (docs/limits.md)
	expect "around callbacks" '. as $report | [range(1200; 1221) | . as $n | $report | select(
		blocks($n) != ([20, 1221 - $n] | min) + (if $n <= 1203 then 100 else 0 end) or
		depths($n) != [0] or
		(of($n) | sum(.exact.blocks + .exact.left_c)) != blocks($n))] == [] and
		([range(1200; 1221) | . as $n | $report | of($n) | sum(.exact.left_c)] | add) <= 2' \
		'. as $report | range(1200; 1221) | . as $n | $report |
		[$n, blocks($n), depths($n), (of($n) | sum(.exact.blocks))]'
	# freed by Go: it has left C, exactly, and Go frames were compared
	for size in 1002 1007 1100 1101 1102 1103; do
		expect "size $size left C" "blocks($size) == 50 and (of($size) | sum(.exact.left_c)) == 50" \
			"of($size)[] | .exact, .escape_depths"
	done
	expect "kept" 'blocks(1003) == 3 and (of(1003) | sum(.live_blocks)) == 3' 'of(1003)[].live_blocks'
	expect "moved" 'blocks(1004) == 5000 and (of(1004) | sum(.crossed)) == 0 and
		(of(1004) | sum(.exact.left_c)) == 5000' 'of(1004)[] | .crossed, .exact'
	expect "handed over" 'blocks(1005) == 100 and (of(1005) | sum(.crossed)) == 100' \
		'of(1005)[] | .crossed, .exact'
	# a goroutine is no thread, though it has a row of its own
	expect "threads" '.process.threads < (.threads | length)' '.process.threads, (.threads | length)'
	"$OUTLIVE" report --class crossed t.outlive >report.txt
	grep -q ', [0-9,]* that crossed goroutines or threads$' report.txt ||
		{ complain "$way: goroutines or threads:"; head -n 4 report.txt; }
	"$OUTLIVE" report t.outlive | grep -q '^  crossed .* freed by another goroutine or thread$' ||
		complain "$way: what crossed means"
	[ "$named" = yes ] || return 0
	expect "owners" 'depths(1002) == at(1002; "main.goOwns") and
		depths(1007) == at(1007; "main.recovers") and
		depths(1300) == at(1300; "main.callbackOwns") and
		depths(1004) == at(1004; "main.migrates") and
		(. as $report | [range(1100; 1104) | . as $n | $report | depths($n) == at($n; "main.ownsUp")] | all)' \
		'. as $report | [1002, 1004, 1007, 1100, 1101, 1102, 1103, 1300][] | . as $n | $report |
		[$n, depths($n), at($n; "main.callbackOwns"), at($n; "main.ownsUp"), at($n; "main.goOwns")]'
	# os.Setenv calls C without cgocall: two such calls in a row are not the same
	expect "setenv" '[.sites[] | select(is_setenv) |
		[.frames[].function] as $path |
		if .size_max < 1600 then $path | index("main.setsOne") else $path | index("main.setsTwo") end |
		select(. == null)] == []' '.sites[] | select(is_setenv) |
		.size_min, [.frames[].function]'
	expect "outermost frames" '[.sites[] | select(.size_min >= 1001 and .size_max <= 1005) |
		(.frames + .outer_frames)[-1].function | select(. != "runtime.goexit")] == []' \
		'[.sites[] | (.frames + .outer_frames)[-1].function] | unique'
}

ways() {
	local mode strip
	way="$version internal"
	named=yes
	go_build lives lives.out -ldflags=-linkmode=internal && check
	for mode in exe pie; do
		for strip in "" "-s -w"; do
			[ -n "${WHOLE:-}" ] || [ $mode = exe ] || [ -n "$strip" ] || continue
			way="$version $mode $strip"
			named=yes
			[ -z "$strip" ] || named=no
			go_build lives lives.out -buildmode=$mode -ldflags="$strip" && check
		done
	done
}
each_go ways
