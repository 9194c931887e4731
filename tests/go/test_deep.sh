#!/bin/bash
# shellcheck disable=SC2154,SC2016 # recorded.sh sets version; for jq
# test_deep.sh - recursion in Go of which the recorder keeps only the inner frames: every block is
# counted, its path is right as far as it goes, and what a call costs does not grow with the depth.
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"

check() {
	go_build deep program || return
	way=$version
	./program 100 2>/dev/null | grep -q '^100 ' || complain "$way: it does not run"
	timeout 300 "$OUTLIVE" run -q -o t.outlive -- ./program 16000 64000 >took 2>recorded.err ||
		complain "$way: status $?: $(tail -n 3 recorded.err)"
	[ "$("$OUTLIVE" report --format json --top 1 --size 2222 t.outlive | jq .totals.allocations)" = 1250 ] ||
		complain "$way: not each pair on the way is counted"
	"$OUTLIVE" report --format json --top 0 --size 1111 t.outlive >report.json || complain "$way: no report"
	expect "each pair at the end is counted" 'blocks(1111) == 4000' 'blocks(1111)'
	expect "a path ends at the recursion, or in it, where frames are left out" '
		[of(1111)[].frames | map(.function) | del(.[] | select(test("^(runtime|_cgo|pair|main\\._C)"))) |
		.[:3] == ["main.bottom", "main.down", "main.down"] and
		(.[1:] | unique - ["main.down", "main.main"]) == []] | unique == [true]' \
		'[of(1111)[].frames | map(.function) | .[:8]] | unique'
	expect "why they end there" '.lost | .cuts.depth > 0 and (.cuts | add) == .stacks_cut' .lost
	awk 'NR == 1 { at = $2 } NR == 2 && $2 > 3 * at { exit 1 }' took ||
		complain "$way: deeper calls cost more: $(tr '\n' ' ' <took)"
	echo "go $way: $(tr '\n' ' ' <took)"
}
each_go check
