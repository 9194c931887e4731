#!/bin/bash
# test_phases.sh - the phase load ends where main.main begins, and package init functions are in it
# (phases/main.go).
# shellcheck source=tests/go/recorded.sh disable=SC2154,SC2034 # version, way: lib.sh, recorded.sh
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"

check() { # ARGUMENT...
	local phase
	# shellcheck disable=SC2016 # for jq
	local sizes='. as $report | [range(2001; 2008) | . as $n | $report | blocks($n)]'
	record t.outlive ./phases.out "$@"
	# shellcheck disable=SC2016 # for jq
	expect "static-like" '[2001, 2002, 2003, 2004] as $sizes | [.sites[] |
		select(.size_min as $n | $sizes | index($n)) | .verdict] | unique == ["static_like"]' \
		'.sites[] | select(.size_min >= 2001 and .size_min <= 2004) | .size_min, .verdict'
	expect "a global C.CString" '[.sites[] | select(.size_min == 34) | .verdict] == ["static_like"]' \
		'.sites[] | select(.size_min == 34) | .verdict'
	for phase in load main; do
		"$OUTLIVE" report --format json --top 0 --phase $phase t.outlive >report.json
		expect "in $phase" "($sizes) == $([ $phase = load ] && echo "[1,20,30,5,0,0,0]" ||
			echo "[0,0,0,0,7,9,10]")" "$sizes"
	done
}

ways() {
	local mode
	way="$version internal"
	go_build phases phases.out -ldflags=-linkmode=internal && check
	for mode in exe pie; do
		way="$version $mode"
		go_build phases phases.out -buildmode=$mode -ldflags="-s -w" && check && check again
	done
}
each_go ways
