#!/bin/bash
# test_unknown.sh - a version of Go that is not known: its code is read all the same, or nothing of Go
# is believed, and the report says so. Programs that are known get another version's name, and other
# machine code that does the same.
# shellcheck source=tests/go/recorded.sh disable=SC2154,SC2034 # version, way: lib.sh, recorded.sh
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"
needs python3

# FROM TO: replace bytes, in hex, of lives.out, which becomes changed.out.
change() {
	python3 - "$@" <<-'END'
		import sys
		data = open("lives.out", "rb").read()
		old, new = (bytes.fromhex(text) for text in sys.argv[1:3])
		assert len(old) == len(new) and old in data, sys.argv
		open("changed.out", "wb").write(data.replace(old, new))
	END
	chmod +x changed.out
}

hex() { printf '%s' "$1" | od -An -tx1 | tr -d ' \n'; }
says() { jq -e '.process.go_unknown' report.json >/dev/null; }

ways() {
	go_build lives lives.out || return
	way="$version named 1.31"
	change "$(hex "go$version")" "$(hex "go1.31")" || { complain "$way: no such bytes"; return; }
	record t.outlive ./changed.out
	if [ "$version" = 1.23 ]; then
		# the number of a goroutine is elsewhere than in the newest that is known
		says || complain "$way: nothing says that it is not understood"
		expect "no goroutine" '[.threads[].name | select(startswith("goroutine"))] == []' \
			'[.threads[].name] | unique'
	else
		! says || complain "$way: it is understood, but the report says it is not"
		expect "stacks" '.lost.stacks_cut <= .totals.events / 500' '.lost.stacks_cut, .totals.events'
		expect "moved" 'blocks(1004) == 5000 and (of(1004) | sum(.crossed)) == 0' 'of(1004)[]'
	fi
	way="$version other code"
	# sub $BYTES,%rsp; and $-16,%rsp: add $-BYTES does the same
	case $version in
	1.19 | 1.21) change 4883ec404883e4f0 4883c4c04883e4f0 ;;
	*) change 4883ec104883e4f0 4883c4f04883e4f0 ;;
	esac || { complain "$way: no such code"; return; }
	record t.outlive ./changed.out
	says || complain "$way: nothing says that it is not understood"
	expect "no goroutine" '[.threads[].name | select(startswith("goroutine"))] == [] and
		.lost.events == 0' '[.threads[].name] | unique'
	expect "stacks end at Go" '.lost.cuts.go_unknown > 0 and .lost.cuts.go_unknown * 2 > .lost.stacks_cut' .lost
}
versions=all
each_go ways
