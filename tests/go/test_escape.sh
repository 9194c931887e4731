#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets version
# `outlive go escape`: what each version of Go's compiler says, in all its forms, and which functions
# of Go own the memory of C in a program of which both are known (escape/main.go).
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"
export COLUMNS=400

# What must be in the output, whatever the version and form.
has() { # PATTERN: of a line
	grep -qE -- "$1" shown || complain "$way: nothing like '$1' in: $(head -c 3000 shown)"
}

# FILE:LINE of the compiler's table, and what follows there.
says() { # FILE:LINE PATTERN
	grep -A4 -E "$1\$" shown | grep -qE -- "$2" ||
		complain "$way: $1: nothing like '$2': $(grep -A4 "$1\$" shown)"
}

owners_hold() {
	has '^ *700 B +100 +-  main\.deferred  main\.go:39$'
	has '^ +100 passed up 0: freed before the end of main\.deferred$'
	has ' 50 +-  main\.handed  main\.go:46$'
	has '^ +50 escaped: passed up to main\.main$'
	has ' 390 B +30 +390 B  main\.holds  main\.go:51$'
	has '^ +30 escaped: never freed$'
	has ' 40 +-  main\.crosses  main\.go:56$'
	has '^ +40 escaped: freed by another goroutine or thread$'
	has ' 25 +-  main\.inside  main\.go:61$'
	has '^ +25 freed within the call$'
	[ "$(grep -cE '  main\.[a-z]+  main\.go:' shown)" = 5 ] || complain "$way: other rows"
	! grep -qE '_cgo_gotypes|  c_(make|inside)  ' shown || complain "$way: C and cgo are no lines of Go"
}

compiler_holds() {
	says main.go:25 "number was moved to the heap"
	says main.go:25 '^ +number .*: &number \(address-of\), line 26; return &number \(return\), line 26$'
	says main.go:34 'make\(\[\]byte, size\) escapes to the heap.*, line 34$'
	says main.go:51 '&holder{...} escapes to the heap'
	! grep -qE 'main\.go:30$' shown || complain "$way: line 30 does not escape"
	owners_hold
}

# What the values have cost: outlive run --go-heap 1 counts all. Before it ends the program lets them
# be collected.
objects_hold() {
	has '^ *32 B +1 +1 +- +main\.go:25$'
	has '^ *112 B +1 +1 +- +main\.go:34$'
	has '^ *744 B +36 +5 +496 B +main\.go:51$'
	has '^ *62\.5 KiB +1\.00k +1\.00k +- +inner/inner\.go:7$'
	has '^[0-9]+ more lines? where a value escapes cost nothing in this run: they never mattered$'
	has '^    (.*, )?inner/inner\.go:13'
}

# The same for programs: what the page says, and no other keys.
json_holds() {
	"$OUTLIVE" go escape --format json "$@" >shown.json 2>errors || complain "$way json: $(cat errors)"
	jq -e '
		def line(file; n): [.compiler.lines[] | select(.file == file and .line == n)][0];
		def cost(file; n): line(file; n) | [.objects, .bytes, .dead_objects, .dead_bytes,
			.in_use_objects, .in_use_bytes];
		def c(n): [.c.lines[] | select(.file | endswith("/main.go")) | select(.line == n)][0];
		.schema == "outlive-go-escape/1" and .go_heap == {rate: 1, estimated: false} and
		cost("main.go"; 25) == [1, 32, 1, 32, 0, 0] and
		cost("main.go"; 51) == [36, 744, 5, 248, 31, 496] and
		cost("inner/inner.go"; 7) == [1000, 64000, 1000, 64000, 0, 0] and
		cost("inner/inner.go"; 13) == [0, 0, 0, 0, 0, 0] and
		(line("main.go"; 25).escapes | map([.what, .moved]) == [["number", true]]) and
		(line("main.go"; 25).escapes[0].why | map(sub(" at .*"; "")) ==
			["&number (address-of)", "return &number (return)"]) and
		.compiler.line_count == (.compiler.lines | length) and
		.compiler.lines_with_objects == ([.compiler.lines[] | select(.objects > 0)] | length) and
		([.compiler.lines[] | .objects] | add) == .compiler.of_these_lines.objects and
		([.compiler.lines[] | .dead_objects] | add) == .compiler.of_these_lines.dead_objects and
		.c.line_count == 5 and
		(c(39) | [.blocks, .passed_up_0, .not_freed_bytes, .function]) == [100, 100, 0, "main.deferred"] and
		(c(46) | [.blocks, .passed_up] == [50, 50] and (.owners | map([.function, .blocks])) ==
			[["main.main", 50]]) and
		(c(51) | [.blocks, .never_freed, .not_freed_bytes]) == [30, 30, 390] and
		(c(56) | [.blocks, .crossed]) == [40, 40] and
		(c(61) | [.blocks, .freed_within_call]) == [25, 25] and
		([.c.lines[] | .unknown, .kept_once] | add) == 0' shown.json >/dev/null ||
		complain "$way: the JSON is not so: $(jq -c '[.compiler.lines[] | {file, line, objects, dead_objects,
			in_use_objects}], .c' shown.json | cut -c1-2000)"
	sed -n '/^\.Sh JSON/,/^\.Sh EXIT/p' "$OUTLIVE_ROOT_DIR/docs/man/outlive-go.1" |
		sed -nE 's/^\.It Va ([a-z_0-9, ]+)$/\1/p' | tr -d ' ' | tr ',' '\n' | sort -u >page.keys
	jq -r '[paths | map(strings) | .[]] | unique[]' shown.json | sort -u >json.keys
	comm -3 page.keys json.keys >other.keys
	[ -s json.keys ] && [ ! -s other.keys ] ||
		complain "$way: page and JSON differ: $(tr '\n\t' ' >' <other.keys)"
}

shown_by() { # WAY ARGUMENTS..
	way="$version $1"
	shift
	"$OUTLIVE" go escape --top 0 "$@" >shown 2>errors || complain "$way: status $?: $(cat errors)"
	[ ! -s errors ] || complain "$way: $(cat errors)"
}

check() {
	go_build escape program || return
	way=$version
	record plain.outlive ./program
	timeout 300 "$OUTLIVE" run -q --go-heap 1 -o t.outlive -- ./program >recorded.out 2>recorded.err ||
		complain "$way: status $?"
	cmp -s bare.out recorded.out || complain "$way: other output"
	shown_by "no compiler" t.outlive
	owners_hold
	! grep -q 'says the compiler' shown || complain "$way: a table of the compiler"
	(cd escape && "$GO" build -o /dev/null -gcflags=-m=2 . ./inner 2>../text)
	shown_by text t.outlive text
	compiler_holds
	objects_hold
	json_holds t.outlive text
	"$OUTLIVE" go escape --format json --top 2 plain.outlive | jq -e '.compiler == null and
		(.c.lines | length) == 2' >/dev/null || complain "$way: --top 2, without the compiler"
	(cd escape && "$GO" build -o /dev/null -gcflags=-m . ./inner 2>../plain)
	shown_by plain t.outlive plain
	has '^ +number was moved to the heap$'
	rm -rf json
	(cd escape && "$GO" build -o /dev/null "-gcflags=-json=0,${PWD%/escape}/json" . ./inner)
	# cgo's file has other lines: only those of a package without it are the author's
	"$OUTLIVE" go escape --top 0 t.outlive json >shown 2>errors
	grep -q "main.cgo1.json: has the lines of a file that cgo made" errors ||
		complain "$way json: no warning: $(cat errors)"
	rm -rf only && mkdir only && cp -r json/example%2Fescape%2Finner only
	shown_by json t.outlive only
	says inner/inner.go:7 '^ +value escapes to the heap: &value \(address-of\), line 8; return &value \(return\), line 8$'
	has '^ *62\.5 KiB +1\.00k +1\.00k +- +.*inner/inner\.go:7$'
	shown_by build --build "cd escape && '$GO' build -o /dev/null . ./inner" t.outlive
	compiler_holds
}

refuses() { # MESSAGE ARGUMENTS..
	local message=$1
	shift
	"$OUTLIVE" go "$@" >shown 2>errors
	[ $? = 2 ] && grep -qF -- "$message" errors && [ "$(wc -l <errors)" -le 2 ] ||
		complain "go $*: not '$message': $(head -c 500 errors)"
}

each_go check
mkdir empty
echo nothing >no-lines
mkfifo pipe
refuses "which trace?" escape
refuses "there is no 'leak'" leak t.outlive
refuses "has no line FILE:LINE:COLUMN" escape t.outlive no-lines
refuses "has no PACKAGE/FILE.json" escape t.outlive empty
refuses "is neither a file nor a directory" escape t.outlive pipe
refuses "cannot be read" escape t.outlive missing
refuses "failed (exit status 3)" escape --build 'exit 3' t.outlive
refuses "printed nothing of Go's compiler" escape --build 'echo hello' t.outlive
