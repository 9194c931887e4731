#!/bin/bash
# test_lives.sh - blocks of C whose lives under Go are known by construction (lives/main.go), in
# all ways to build a program.
# shellcheck source=tests/go/recorded.sh disable=SC2154 # it sets version
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
	# the same, though C called Go, which called C, up to 20 times
	expect "around callbacks" '. as $report | [range(1200; 1221) | . as $n | $report | select(
		blocks($n) != ([20, 1221 - $n] | min) + (if $n <= 1203 then 100 else 0 end) or
		depths($n) != [0] or (of($n) | sum(.exact.blocks)) != blocks($n))] == []' \
		'. as $report | range(1200; 1221) | . as $n | $report |
		[$n, blocks($n), depths($n), (of($n) | sum(.exact.blocks))]'
	# the same, while Go's runtime calls C beneath, to map memory and to start threads
	expect "around the runtime's own calls" '. as $report | [range(1400; 1403) | . as $n | $report |
		select(blocks($n) != 20 or depths($n) != [0] or (of($n) | sum(.exact.blocks)) != 20)] == []' \
		'. as $report | range(1400; 1403) | . as $n | $report |
		[$n, blocks($n), depths($n), (of($n)[] | .exact)]'
	# freed by Go: it has left C, exactly, and Go frames were compared
	for size in 1002 1007 1100 1101 1102 1103; do
		expect "size $size left C" "blocks($size) == 50 and (of($size) | sum(.exact.left_c)) == 50" \
			"of($size)[] | .exact, .escape_depths"
	done
	expect "kept" 'blocks(1003) == 3 and (of(1003) | sum(.live_blocks)) == 3' 'of(1003)[].live_blocks'
	# one was seen, on a busy machine, that was inferred only: that is not wrong
	expect "moved" 'blocks(1004) == 5000 and (of(1004) | sum(.crossed)) == 0 and
		(of(1004) | sum(.exact.left_c)) >= 4995' 'of(1004)[] | .crossed, .exact'
	expect "handed over" 'blocks(1005) == 100 and (of(1005) | sum(.crossed)) == 100' \
		'of(1005)[] | .crossed, .exact'
	# goroutines are no threads: those that begin with one function have a row
	expect "threads" '([.threads[] | select(.goroutines == 0)] | length) == .process.threads and
		([.threads[] | select(.goroutines == 100) | .name | test("^goroutines of main[.]main[.](func|gowrap)[0-9]+ main[.]go:[0-9]+$")] == [true])' \
		'.process.threads, [.threads[] | [.name, .goroutines, .allocations]]'
	# Go names what it makes of "go hands(blocks, 100)"
	group=$(jq -r '.threads[] | select(.goroutines == 1 and .allocations == 100).name' report.json)
	"$OUTLIVE" report --format json --thread "$group" t.outlive |
		jq -e '.totals.allocations == 100' >/dev/null || complain "$way: --thread '$group'"
	"$OUTLIVE" report --by thread t.outlive | grep -q '  goroutines of main.main.[a-z]*[0-9]* main.go:[0-9]* (100)$' ||
		complain "$way: --by thread"
	# what is followed, and what the report says of the same
	"$OUTLIVE" top --every 1s --format ndjson --by thread --top 0 t.outlive | tail -n 1 |
		jq -cS '[.rows[] | { name, goroutines, allocations, live_bytes }] | sort_by(.name)' >top.rows
	jq -cS '[.threads[] | { name, goroutines, allocations, live_bytes }] | sort_by(.name)' report.json >report.rows
	cmp -s top.rows report.rows || complain "$way: top: $(cut -c1-400 top.rows report.rows)"
	"$OUTLIVE" report --class crossed t.outlive >report.txt
	grep -q ', [0-9,]* that crossed goroutines or threads$' report.txt ||
		{ complain "$way: goroutines or threads:"; head -n 4 report.txt; }
	"$OUTLIVE" report --full t.outlive | grep -q '^  crossed .* freed by another goroutine or thread$' ||
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
	! is_between || return
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
versions=all
each_go ways
