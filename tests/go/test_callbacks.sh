#!/bin/bash
# shellcheck disable=SC2154,SC2016 # recorded.sh sets version; for jq
# test_callbacks.sh - nested callbacks do not use up the return stubs, of which there are 65,536, also
# where panics of Go pass functions of C: 300,000 callbacks; with WHOLE=1 seven million.
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"
times=100000
[ -z "${WHOLE:-}" ] || times=2333334

check() {
	go_build callbacks program || return
	way=$version
	timeout 600 ./program $times >bare.out || complain "$way: bare: status $?"
	timeout 900 "$OUTLIVE" run -q -o t.outlive -- ./program $times >recorded.out 2>recorded.err ||
		complain "$way: status $?: $(tail -n 3 recorded.err)"
	cmp -s bare.out recorded.out || complain "$way: other output: $(head -n 3 recorded.out)"
	[ "$(cut -d' ' -f1 bare.out)" = $((3 * times)) ] || complain "$way: $(cat bare.out)"
	"$OUTLIVE" report --format json --top 0 t.outlive >report.json || complain "$way: no report"
	expect "no stub was missing" '.lost.stubs == 0 and .lost.events == 0' .lost
	expect "no stack was cut" '.lost.stacks_cut * 500 < .totals.events' '.lost.stacks_cut, .totals.events'
	expect "each block is counted" "[blocks(3001), blocks(3002), blocks(3003)] == [$times, $times, $times]" \
		'[blocks(3001), blocks(3002), blocks(3003)]'
	expect "all were freed" '[of(3001, 3002, 3003)[].live_blocks] | add == 0' \
		'[of(3001, 3002, 3003)[].live_blocks] | add'
	expect "the inner paths have all callbacks" '
		[of(3003)[].frames | map(.function) | map(select(. == "main.goInner" or . == "c_nest"))] | unique ==
		[["c_nest", "main.goInner", "c_nest", "main.goInner", "c_nest"]]' '[of(3003)[].frames | map(.function)]'
	# of 1,000 calls all but the one that panics free their block in the function that allocated it
	expect "blocks are exact in their function of C" '
		[of(3001, 3002, 3003)[].escape_depths["0"] // 0] | add == '$((3 * times - 3 * (times / 1000))) \
		'[of(3001, 3002, 3003)[].escape_depths]'
	echo "go $way: $(cat recorded.out)"
}
each_go check
