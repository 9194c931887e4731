#!/bin/bash
# sample.sh SOURCE - build a sample here, record it, and hold the report to what the
# first comment of SOURCE says. Its machine-readable lines (one more deeply indented goes
# on with the line before):
#
#   build: ARGS      more arguments to the compiler (of Go: to `go build`)
#   library: FILE    built beside it first, as a shared object of the same base name
#   run: ARGS        options of `outlive run`
#   args: ARGS       arguments of the program
#   exit: N          its exit status (0)
#   process: KEY     the expectations that follow are of the process whose pid the
#                    program printed as KEY=pid; without: of the process with
#                    the most events
#   expect: EXPR     a jq expression that must be true of `outlive report --format json`.
#                    $out.KEY is what the program printed as KEY=number on its stdout;
#                    by("f") are the call paths with function f in their stack,
#                    count("f"), bytes("f"), peak("f"), live("f") sums over them;
#                    frame("f") are the frames of f on the stack, thread("name") is the stack
#                    of that thread; $su.f is how large the compiler says the frame of f is,
#                    in a sample built with -fstack-usage;
#                    depths("f") their escape depths, added up; verdicts("f") and
#                    owners("f") the different verdicts, and owners' names, of them
#
#   live: VIEW EXPR  the program is not recorded. After it wrote a line to its stdout, it waits
#                    on its stdin: then a jq expression that must be true of
#                    `outlive segments --by VIEW --format json`; $out as above
#
# A sample in Go is built by the first Go of tests/go/lib.sh's that is here, with cgo if it imports
# "C", else static. Without Go it is skipped.
#
# An expression that fails is shown with both sides evaluated, if it is a comparison.
set -u
source=$1
here=$(dirname "$source")
name=$(basename "${source%.*}")

prelude='
def named(f): .function | . == f or startswith(f + "(");
def by(f): [.sites[] | select(any(.frames[]; named(f)))];
def total(f; k): by(f) | map(getpath([k])) | add // 0;
def count(f): total(f; "allocations");
def bytes(f): total(f; "bytes");
def peak(f): total(f; "peak_bytes");
def live(f): total(f; "live_bytes");
def innermost(f): [.sites[] | select(.frames[0] | named(f))];
def depths(f): reduce (by(f)[].escape_depths | to_entries[]) as $d
	({}; .[$d.key] += $d.value);
def verdicts(f): [by(f)[] | select(.blocks > 0) | .verdict] | unique;
def frame(f): .stacks.functions[] | select(named(f));
def thread(name): .stacks.threads[] | select(.name == name);
def owners(f): [by(f)[].owners[].function | sub("[(].*"; "")] | unique;
'

mapfile -t directives < <(awk '
	/\*\// { exit }
	{ text = $0; sub(/^ *[*] ?/, "", text) }
	text ~ /^[a-z]+: / { if (line != "") print line; line = text; next }
	text ~ /^  / && line != "" { sub(/^ +/, " ", text); line = line text; next }
	line != "" { print line; line = "" }
	END { if (line != "") print line }' "$source" |
	grep -E '^(build|library|run|args|exit|process|expect|live): ')

value_of() { # KEY -> the value of its first line
	printf '%s\n' "${directives[@]}" | sed -n "s/^$1: //p" | head -n 1
}

read -ra build_args < <(value_of build)
read -ra run_args < <(value_of run)
read -ra program_args < <(value_of args)
expected_exit=$(value_of exit)
library=$(value_of library)

build_go() { # SOURCE ARGUMENTS..
	local go cgo=0
	go=$(compgen -c go | grep -qx go && echo go) || go=$(compgen -G '/usr/lib/go-1.*/bin/go' | tail -n 1)
	[ -n "$go" ] || { echo "no Go is installed"; exit 77; }
	! grep -q '^import "C"' "$1" || cgo=1
	HOME=$PWD GOCACHE=$OUTLIVE_ROOT_DIR/build/go-cache GOTOOLCHAIN=local GOFLAGS=-mod=mod CGO_ENABLED=$cgo \
		"$go" build -o "$name" "${@:2}" "$1" || exit 1
}

compiler=${CC:-gcc}
case $source in *.cpp) compiler=${CXX:-g++} ;; esac
flags=("-I$here/../include" -g -O1 -fno-builtin -fno-omit-frame-pointer -Wall -D_GNU_SOURCE)
if [ -n "$library" ]; then
	"$compiler" "${flags[@]}" -shared -fPIC -o "$(basename "${library%.*}").so" "$here/$library" || exit 1
fi
case $source in
*.go) build_go "$source" "${build_args[@]}" ;;
*) "$compiler" "${flags[@]}" -o "$name" "$source" "${build_args[@]}" || exit 1 ;;
esac

if printf '%s\n' "${directives[@]}" | grep -q '^live: '; then
	. "$OUTLIVE_ROOT_DIR/tests/run/live.sh"
	exit $bad
fi

"$OUTLIVE" run -q -o "$name.outlive" "${run_args[@]}" -- "./$name" "${program_args[@]}" \
	>stdout 2>stderr
status=$?
if [ $status != "${expected_exit:-0}" ]; then
	echo "exit status $status, expected ${expected_exit:-0}; its output:"
	cat stdout stderr
	exit 1
fi

out=$(sed -n 's/^\([a-z_0-9]*\)=\(-\{0,1\}[0-9][0-9]*\)$/"\1": \2/p' stdout | paste -sd,)
su=$(cat ./*.su 2>/dev/null | sed -n 's/^[^\t]*:\([a-z_0-9]*\)\t\([0-9]*\)\t.*$/"\1": \2/p' | paste -sd,)
pid=
report() {
	"$OUTLIVE" report --format json --top 0 ${pid:+--pid "$pid"} "$name.outlive" >report.json ||
		{ echo "report failed"; exit 1; }
}
report

bad=0 checked=0
for directive in "${directives[@]}"; do
	expression=${directive#*: }
	case $directive in
	process:*)
		pid=$(jq -n --argjson out "{$out}" "\$out.$expression")
		report ;;
	expect:*)
		checked=$((checked + 1))
		result=$(jq --argjson out "{$out}" --argjson su "{$su}" "$prelude $expression" report.json 2>&1)
		[ "$result" = true ] && continue
		bad=1
		echo "expect: $expression"
		echo "  is $result"
		for side in "${expression%% [=<>!]=* *}" "${expression##* [=<>!]= }"; do
			echo "  $side = $(jq -c --argjson out "{$out}" --argjson su "{$su}" "$prelude $side" report.json 2>&1)"
		done ;;
	esac
done
if [ $checked = 0 ]; then
	echo "$source: no line ' * expect: EXPRESSION' in its first comment"
	exit 1
fi
if [ $bad != 0 ]; then
	cat stdout stderr
	"$OUTLIVE" report --top 5 ${pid:+--pid "$pid"} "$name.outlive" | head -n 50
fi
exit $bad
