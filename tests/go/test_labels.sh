#!/bin/bash
# test_labels.sh - the pprof labels of the goroutine at each allocation in C (labels/main.go): as a
# table, as a filter, in JSON; and a program that has other things where labels are.
# shellcheck source=tests/go/recorded.sh disable=SC2154,SC2034 # version, way: lib.sh, recorded.sh
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"

# shellcheck disable=SC2016 # for jq
label_functions='def labelled(labels): [.labels[] | select((.labels | from_entries) == labels)][0];
def many(n): [range(n) | {key: "key\(. / 10 | floor)\(. % 10)", value: "value\(.)"}] | from_entries;'

expect_labels() {
	expect "$1" "$label_functions $2" '.labels[] | select(.bytes % .allocations == 0) |
		[.bytes / .allocations, .allocations, .complete]'
}

# BLOCKS SIZE LABELS: beside these, the goroutine may have had the runtime start a thread, which takes
# two small blocks.
labelled() {
	expect_labels "$2" "labelled($3) | .allocations - $1 >= 0 and .allocations - $1 <= 6 and
		.bytes - $1 * $2 >= 0 and .bytes - $1 * $2 <= 3000 and .frees >= $1 and .complete"
}

# shellcheck disable=SC2016 # for jq
check() {
	local tenant
	record t.outlive ./labels.out
	expect "lost" '.lost.events == 0 and .lost.stacks_cut <= .totals.events / 500' '.lost'
	for tenant in 0 1 2 3 4 5 6 7 8 9; do
		labelled 240 $((5000 + 8 * tenant)) "{op: \"request\", tenant: \"t$tenant\"}"
		labelled 160 $((6000 + 8 * tenant)) "{op: \"request\", tenant: \"t$tenant\", step: \"inner\"}"
	done
	labelled 10 8008 'many(12)'
	# of 20, 16 are kept: of a map, not always the same
	expect_labels "more than are kept" '[.labels[] | select(.complete | not)] | [
		([.[] | select((.labels | length) == 1)] | map([.allocations, .bytes])) == [[10, 80240]],
		([.[] | select((.labels | length) == 16)] | [(map(.allocations) | add),
		(map(.bytes) | add)]) == [10, 80160]] | all'
	labelled 10 8032 '{"": "", empty: ""}'
	labelled 10 8040 '{of: "parent\n\u001b[31m"}'
	expect_labels "none" '[.labels[] | select(.labels == [])][0] | .allocations >= 14'
	expect "blocks without" 'blocks(8000) == 14' 'of(8000)[].allocations'
	"$OUTLIVE" report --by label --top 0 t.outlive >report.txt
	grep -q ' op=request step=inner tenant=t7$' report.txt || complain "$way: no table of labels"
	! grep -q "$(printf '\033\\[31m')" report.txt || complain "$way: a label is not escaped"
	# a filter: exactly
	"$OUTLIVE" report --format json --top 0 --label tenant=t3 t.outlive >report.json
	expect "--label tenant=t3" 'blocks(5024) == 240 and blocks(6024) == 160 and
		(.labels | length) == 2 and ([.sites[] | select(.size_min >= 5000 and .size_max <= 8100)] |
		sum(.allocations)) == 400' '.totals.allocations, .sites[].size_min'
	"$OUTLIVE" report --format json --top 0 --label step t.outlive >report.json
	expect "--label step" '[range(10) | 6000 + 8 * .] as $sizes | ([.sites[] |
		select(.size_min as $n | $sizes | index($n))] | sum(.allocations)) == 1600 and
		blocks(5000) + blocks(5008) + blocks(8000) == 0' '.totals.allocations'
	"$OUTLIVE" report --format json --top 0 --label tenant=t3 --label tenant=t4 t.outlive >report.json
	expect "two" '[.sites[] | select(.size_min == 5024 and .size_max == 5032)] | sum(.allocations) == 480' \
		'.totals.allocations'
	"$OUTLIVE" report --label tenant=t10 t.outlive 2>wrong && complain "$way: status 0"
	grep -q "no goroutine with the label 'tenant=t10'" wrong || complain "$way: $(cat wrong)"
}

ways() {
	way="$version labels"
	go_build labels labels.out || return
	check
	way="$version other things than labels"
	record t.outlive ./labels.out raw
	expect "none" '.labels == [] and blocks(9000) == 20' '.labels'
	way="$version labels, internal"
	[ -z "${WHOLE:-}" ] || { go_build labels labels.out -ldflags=-linkmode=internal && check; }
}
each_go ways
