#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets version
# Which Go function each block of C counts for, and which one owned it: the same with and without
# inlined functions, symbols and debug information. Names of Go are understood by all options.
. "$OUTLIVE_ROOT_DIR/tests/go/lib.sh"
needs gcc strip jq
source_of owners
pool='example/owners/pool.(*Pool[...]).Keep'

# Lines "BLOCKS FUNCTION OWNER", one for each pair of them.
owners() {
	"$OUTLIVE" report -f json --top 0 t.outlive | jq -r '
		[.sites[] | .peeled as $peeled | .frames[$peeled | length].function as $by |
			.owners[] | { by: $by, owner: .function, blocks }] |
		group_by([.by, .owner])[] | "\(map(.blocks) | add) \(.[0].by) \(.[0].owner)"' |
		grep -E ' (main|example/owners/pool)\.' | sort
}

cat >expected <<EXPECTED
200 $pool main.main
4000 main.passUp main.useUp
4000 main.text main.(*store).add
4000 main.text main.passDown
8000 main.(*store).add main.work
EXPECTED

# A jq expression that must be true of a report.
expect() { # WHAT EXPRESSION [OPTION]...
	local what=$1 expression=$2
	shift 2
	"$OUTLIVE" report -f json "$@" t.outlive >report.json 2>report.err &&
		jq -e "$expression" report.json >/dev/null ||
		complain "go $version, $way, $what: not $expression: $(cat report.err; jq -c .totals report.json)"
}

options_understand() {
	local name
	expect "--function" '.totals.allocations == 12000' --function 'main.(*store).add'
	for name in "$pool" 'pool.(*Pool[...]).Keep' '*Pool*.Keep' '../pool.(*Pool[...]).Keep'; do
		expect "--function $name" '.totals.allocations == 200' --function "$name"
	done
	expect "--only-mine" '.totals.allocations == 200' --only-mine --mine example/owners
	"$OUTLIVE" report --why "$pool" t.outlive >why.out 2>&1
	grep -qF "$pool  pool.go:" why.out && grep -q 'in 200 calls' why.out ||
		complain "go $version, $way, --why: $(head -n 4 why.out)"
	expect "--keep" '[.sites[] | select(.frames[.peeled | length].function == "main._Cfunc_CString") |
		.allocations] | add == 12005' --keep 'main._Cfunc_CString'
	expect "a glob for cgo's" '[.sites[] | select(.frames[.peeled | length].function == "main._Cfunc_CString") |
		.allocations] | add == 12005' --keep 'main._Cfunc_*'
	# the recipe of docs/go.md: nothing that cgo puts into main is kept
	for name in 'main.*' '*'; do
		expect "--keep '$name'" '[.sites[] | .frames[.peeled | length].function |
			select(. // "" | test("_Cfunc_|(^|[.])_cgo_|gowrap|cgocall"))] == [] and
			any(.sites[]; .frames[.peeled | length].function == "main.text")' \
			--wrapper '*' --keep "$name"
	done
	echo "leak:$pool" >hidden
	expect "--suppressions" '.totals.live_blocks >= 4' --suppressions hidden
	echo 'leak:^main.leak$' >hidden
	expect "--suppressions" '[.sites[] | select(any(.frames[]; .function == "main.leak")) |
		.hidden_blocks] | add == 4' --suppressions hidden
}

of_build() { # WAY
	way=$1
	"$OUTLIVE" run -q -o t.outlive -- ./program >program.out 2>&1 || complain "go $version, $way: status $?"
	owners >found
	cmp -s expected found || complain "go $version, $way: $(diff expected found)"
	# too few blocks for a wrapper to be found by what it does: cgo's stub in C has no name
	expect "two blocks" '[.sites[] | select(.frames[.peeled | length].function == "main.few") |
		.allocations] | add == 2'
	echo "go $version, $way: $(wc -l <found) pairs of a function and an owner"
}

of_version() {
	local flags
	for flags in "" -gcflags=all=-l; do
		(cd owners && CGO_ENABLED=1 go_locked "$GO" build ${flags:+"$flags"} -o ../program .) ||
			{ complain "go $version cannot build owners"; return; }
		of_build "${flags:-inlined}"
		[ -n "$flags" ] || options_understand
		strip program
		of_build "${flags:-inlined}, stripped"
	done
}

each_go of_version
