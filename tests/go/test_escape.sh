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
says() { # LINE PATTERN
	grep -A4 -E "main\.go:$1\$" shown | grep -qE -- "$2" ||
		complain "$way: line $1: nothing like '$2': $(grep -A4 "main.go:$1\$" shown)"
}

owners_hold() {
	has '^ *700 B +100 +-  main\.deferred  main\.go:37$'
	has '^ +100 passed up 0: freed before the end of main\.deferred$'
	has ' 50 +-  main\.handed  main\.go:44$'
	has '^ +50 escaped: passed up to main\.main$'
	has ' 390 B +30 +390 B  main\.holds  main\.go:49$'
	has '^ +30 escaped: never freed$'
	has ' 40 +-  main\.crosses  main\.go:54$'
	has '^ +40 escaped: freed by another goroutine or thread$'
	has ' 25 +-  main\.inside  main\.go:59$'
	has '^ +25 freed within the call$'
	[ "$(grep -cE '  main\.[a-z]+  main\.go:' shown)" = 5 ] || complain "$way: other rows"
	! grep -qE '_cgo_gotypes|  c_(make|inside)  ' shown || complain "$way: C and cgo are no lines of Go"
}

compiler_holds() { # HOW: moved says that the form names variables
	[ "$1" = json ] || says 23 "number was moved to the heap"
	says 23 '^ +number .*: &number \(address-of\), line 24; return &number \(return\), line 24$'
	says 32 'make\(\[\]byte, size\) escapes to the heap.*: .*\(return\), line 32$'
	says 49 '&holder{...} escapes to the heap'
	! grep -qE 'main\.go:28$' shown || complain "$way: line 28 does not escape"
	owners_hold
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
	record t.outlive ./program
	shown_by "no compiler" t.outlive
	owners_hold
	! grep -q 'says the compiler' shown || complain "$way: a table of the compiler"
	(cd escape && "$GO" build -o /dev/null -gcflags=-m=2 . 2>../text)
	shown_by text t.outlive text
	compiler_holds text
	(cd escape && "$GO" build -o /dev/null -gcflags=-m . 2>../plain)
	shown_by plain t.outlive plain
	has '^ +number was moved to the heap$'
	rm -rf json
	(cd escape && "$GO" build -o /dev/null "-gcflags=-json=0,${PWD%/escape}/json" .)
	shown_by json t.outlive json
	compiler_holds json
	shown_by build --build "cd escape && '$GO' build -o /dev/null ." t.outlive
	compiler_holds text
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
