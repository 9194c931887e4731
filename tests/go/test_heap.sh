#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets version
# What Go's own sampler counts is in the report: at rate 1 the same as the program's own
# runtime.MemProfile, call path by call path, also where the linker has switched the profile off,
# and whichever way the program ends; and the program behaves as without outlive.
. "$OUTLIVE_ROOT_DIR/tests/go/lib.sh"
needs gcc python3 jq cmp
source_of heap
rm heap/check.py

build() { # NAME [FLAG]...
	local name=$1
	shift
	(cd heap && CGO_ENABLED=1 go_locked "$GO" build -o "../$name" "$@" .) ||
		{ complain "go $version cannot build $name $*"; return 1; }
}

# Run a program bare and recorded: the same output and status. Its report: $report.
report=report.json
both() { # RATE PROGRAM ARGUMENT...
	local rate=$1 bare recorded
	shift
	"$@" >bare.out 2>bare.err
	bare=$?
	"$OUTLIVE" run -q --go-heap "$rate" -o t.outlive -- "$@" >recorded.out 2>recorded.err
	recorded=$?
	[ $bare = $recorded ] || complain "go $version $*: status $recorded, bare $bare"
	cmp -s bare.out recorded.out || complain "go $version $*: other output"
	"$OUTLIVE" report --format json --top 0 t.outlive >$report || complain "go $version $*: no report"
}

holds() { # WORDS JQ-EXPRESSION
	jq -e "$2" $report >/dev/null ||
		complain "go $version: not so: $1: $(jq -c '[.process.finished, (.go_heap|del(.paths)?)]' $report)"
}

# Both heaps are in one tree, under the same functions of Go.
one_tree() {
	holds "the tree has all of both heaps" '.heaps.nodes[0].go_bytes == .go_heap.bytes and
		.heaps.nodes[0].go_objects == .go_heap.objects and
		.heaps.nodes[0].go_in_use_bytes == .go_heap.in_use_bytes and
		.heaps.nodes[0].c_bytes == .totals.bytes and
		.heaps.nodes[0].c_live_bytes == .totals.live_bytes and
		.heaps.node_count == (.heaps.nodes | length)'
	holds "the total is one" '.heaps.together_bytes ==
		.go_heap.in_use_bytes + .totals.live_bytes + .heaps.goroutine_stack_bytes'
	holds "a block of C and the objects of Go are below the same function" '.heaps.nodes as $nodes |
		[$nodes[] | select(.function == "main.work")] | length == 1 and .[0].c_bytes == 12345 and
		.[0].c_allocations == 1 and $nodes[.[0].parent].function == "main.main"'
	holds "an object is below what called the function that made it" '.heaps.nodes as $nodes |
		[$nodes[] | select(.function == "main.allocNew")] | length == 1 and
		.[0].go_objects == 1000 and .[0].c_bytes == 0 and
		$nodes[.[0].parent].function == "main.work"'
	holds "a parent has what its children have" '.heaps.nodes as $nodes |
		[$nodes[1:][] | select(.go_bytes > $nodes[.parent].go_bytes or
		.c_bytes > $nodes[.parent].c_bytes)] == []'
	"$OUTLIVE" report --format json --top 3 t.outlive | jq -e '.heaps.nodes | length == 3 and
		.[1].parent == 0 and .[1].function == "main.main" and .[2].parent == 1' >/dev/null ||
		complain "go $version: --top 3 has not the heaviest nodes"
	"$OUTLIVE" report --format json --only-mine t.outlive | jq -e '.heaps == null' >/dev/null ||
		complain "go $version: a part of C's blocks is beside all of Go's heap"
	"$OUTLIVE" report --by path t.outlive >text
	grep -qE '^ +[0-9.]+ .iB +[0-9.]+ .iB +100% +both heaps' text &&
		grep -qE '^ +[0-9.]+ .iB +12.1 KiB +[0-9.]+% +main.work' text &&
		grep -qE '^ +[0-9.]+ .iB +- +[0-9.]+% +main.allocMake' text ||
		complain "go $version: no tree of both heaps: $(sed -n '/^call tree/,/^$/p' text)"
}

# Go's runtime is called so.
runtime_is_named() {
	"$OUTLIVE" report --mappings t.outlive | grep -q "x_cgo_mmap (Go's runtime)" ||
		complain "go $version: who maps Go's heap is not said"
	"$OUTLIVE" report --full t.outlive | grep -A1 '^  crossed' | grep -q "^    Go's own" ||
		complain "go $version: what Go hands to its threads is not said to be its own"
}

# Every key of the Go heap in JSON is in the man page, and every key there is in the report.
documented() {
	sed -n '/^\.Sh GO HEAP/,/^\.Sh MAPPINGS/p' "$OUTLIVE_ROOT_DIR/docs/man/outlive-report-json.5" |
		sed -nE 's/^\.(It )?Va ([a-z_, ]+)$/\2/p' | tr -d ' ' | tr ',' '\n' | sort -u >page.keys
	jq -r '[.go_heap, .heaps | paths | map(strings) | .[]] | unique[]' $report | sort -u >json.keys
	comm -3 page.keys json.keys >other.keys
	[ -s json.keys ] && [ ! -s other.keys ] ||
		complain "go $version: page and JSON differ: $(tr '\n\t' ' >' <other.keys)"
}

# The default screen fits, and names the init function with most bytes.
screen_fits() {
	local most
	COLUMNS=80 "$OUTLIVE" report t.outlive >text
	[ "$(wc -l <text)" -le 40 ] || complain "go $version: the screen has $(wc -l <text) lines"
	most=$(jq -r '.heaps.inits | max_by(.go_bytes + .c_bytes).function' $report)
	! grep -q 'package init' text || grep -qF "most: $most" text ||
		complain "go $version: $most is not named: $(grep -A1 'package init' text)"
}

# Without a collection all is in use, in each view, as runtime.MemProfile has it.
uncollected() {
	both 1 ./plain uncollected profile
	python3 "$here/heap/check.py" $report recorded.err >check.out ||
		complain "go $version, no collection: $(tail -n 30 check.out)"
	holds "no collection: all is in use" '.go_heap.collections == 0 and .go_heap.bytes > 0 and
		.go_heap.in_use_bytes == .go_heap.bytes - .go_heap.freed_bytes and
		.heaps.nodes[0].go_in_use_bytes == .go_heap.bytes - .go_heap.freed_bytes'
	screen_fits
	grep -q 'all in use: no full collection' text || complain "go $version: $(grep -A3 '^Go heap' text)"
	"$OUTLIVE" report --by path --sort live t.outlive >text
	grep -q "^call tree.*all of Go's, for want of" text &&
		grep -qE '^ +[0-9.]+ .iB +- .* main.allocMake' text ||
		complain "go $version, no collection: $(sed -n '/^call tree/,$p' text | head -n 5)"
}

# The runtime says by its functions what made an object, or nothing.
maker() { # FUNCTION MADE-BY
	local made
	# shellcheck disable=SC2016 # for jq
	made=$(jq -r --arg f "main.$1" '[.go_heap.paths[] | select(any(.frames[]; .function == $f)) |
		.made_by] | unique | join(" ")' $report)
	[ "$made" = "$2" ] || [ "$made" = " $2" ] || { [ "$version" != 1.26 ] && [ -z "$made" ]; } ||
		complain "go $version: $1 was made by '$made', not $2"
}

of_version() {
	build plain && build stripped -ldflags "-s -w" && build pie -buildmode=pie &&
		build quiet -tags quiet && build rated -tags quiet,rated || return
	for program in plain stripped pie; do
		both 1 "./$program" return profile
		python3 "$here/heap/check.py" $report recorded.err >check.out ||
			complain "go $version $program: $(tail -n 30 check.out)"
		echo "go $version $program: $(tail -n 1 check.out)"
		holds "it ended by itself" '.process.finished'
	done
	screen_fits
	documented
	one_tree
	runtime_is_named
	grep -q "^rate 1$" recorded.err || complain "go $version: $(grep ^rate recorded.err)"
	maker allocNew new
	maker allocAppend append
	maker allocMap map
	maker allocString string
	maker inlined make
	uncollected
	for way in return exit panic both; do
		both 1 ./quiet $way
		holds "$way: all of allocNew" '[.go_heap.paths[] | select(any(.frames[]; .function ==
			"main.allocNew")) | .objects] == [1000]'
		holds "$way: it ended by itself" '.process.finished'
	done
	both 1 ./quiet kill
	holds "killed: nothing is known" '.go_heap == null and (.process.finished | not)'
	both 1 ./quiet late
	holds "killed late: known as of a while before" '(.process.finished | not) and
		.go_heap.time_ns > 1e9 and ([.go_heap.paths[] | select(any(.frames[]; .function ==
		"main.allocNew")) | .objects] == [1000])'
	holds "and how old that is" '.go_heap.age_ns == .process.duration_ns - .go_heap.time_ns and
		.go_heap.age_ns < 2.5e9'
	screen_fits
	"$OUTLIVE" report --full t.outlive | grep -q "did not end by itself: this was counted [0-9.]* m*s before its last" ||
		complain "go $version: the report does not say how old the counts are"
	both 1 ./quiet filter
	holds "its own filter forbids reading it" '.go_heap == null'
	both 0 ./quiet exit
	holds "--go-heap 0" '.go_heap == null'
	both 64K ./quiet exit
	holds "sampled" '.go_heap.rate == 65536 and .go_heap.estimated and .go_heap.objects > 0'
	both 1 ./rated exit
	holds "a rate of the program's own" '.go_heap.rate == 4096'
	"$OUTLIVE" report --full t.outlive | grep -q "^Go heap .* since the program set that rate, before [0-9]" ||
		complain "go $version: whose rate it is is not said"
}

each_go of_version

# What is no Go program has no Go heap, and says nothing of it.
"$OUTLIVE" run --go-heap 1 -o c.outlive -- true >c.out 2>&1 || complain "true: $(cat c.out)"
! grep -q "Go heap" c.out || complain "a Go heap of C's: $(grep "Go heap" c.out)"
