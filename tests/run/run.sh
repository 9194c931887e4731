#!/bin/bash
# run.sh SUITE... - run tests and end with one line, "N passed, N failed" (and how many
# were skipped); exit 0 only if none failed and at least one ran.
#
#   unit:DIR        every DIR/tests/unit/**/test_* (cmocka; each case counts)
#   cli             tests/cli/*.sh, what they print against the files beside them
#   samples         samples/*.c, samples/go/*.go: what the report says of them against their headers
#   stress          tests/stress/*.c, likewise, and tests/stress/*.sh
#   exact           tests/exact/*.c, each built in many ways: with return stubs as without;
#                   and tests/exact/test_*.sh, runtimes and debuggers
#   oracle          tests/oracle/*.sh: programs whose every activation an independent oracle
#                   knows, block by block; oracle-short: those that say "short: yes"
#   generator       tests/generator/test_*.sh: random programs that know their own truth
#   sources         tests/sources/: programs whose builds with inlined functions are compared with
#                   the one without, block by block; sources-short: those that say "short: yes"
#   go              tests/go/test_*.sh: programs of every version of Go that is installed
#   segments        tests/segments/test_*.sh: what `outlive segments PID` says of real processes
#                   and of such as make it hard
#   attach          tests/attach/test_*.sh: processes that run already, attached to and let go
#   golden          tests/golden/: recorded traces against the reports of their day
#   programs        tests/programs/*.sh; programs-short: those that say "short: yes"
#   SUITE/NAME      only that one of a suite, its output shown whole; unit/NAME of build/
#
# OUTLIVE_BUILD is the directory whose outlive and liboutlive.so are tested (build),
# OUTLIVE_SANITIZE what its parts link with. A test may exit with 77: skipped, and its last
# line says why. JOBS=N runs N at a time, else one more than there are processors, as many tests
# wait for something; those of tests/run/longest begin first. WHOLE=1: tests that are shortened for
# `make test` run at their whole length.
# Run as root, they can change files below build/, the directories of temporary files and
# /dev/shm, and no others (confined.sh).
set -u
cd "$(dirname "$0")/../.." || exit 2
if [ -z "${OUTLIVE_CONFINED:-}" ]; then
	mkdir -p build
	export OUTLIVE_CONFINED=yes
	exec bash tests/run/confined.sh build /tmp "${TMPDIR:-/tmp}" /dev/shm -- bash tests/run/run.sh "$@"
fi
OUTLIVE_ROOT_DIR=$PWD
export OUTLIVE_ROOT_DIR

work=$(mktemp -d "${TMPDIR:-/tmp}/outlive-test.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT

# Lines of "suite<TAB>name<TAB>path".
list_suite() { # SUITE [NAME]
	local suite=$1 only=${2:-} path name
	local -a paths=()
	shopt -s nullglob
	case $suite in
	unit:*) for path in "${suite#unit:}"/tests/unit/*/*/test_* "${suite#unit:}"/tests/unit/*/*/*/test_*; do
			# Its source is there: build/ may hold one that was removed.
			[ -x "$path" ] && [[ $path != *.? ]] && [ -e "tests/unit/${path#*/tests/unit/}.c" ] &&
				paths+=("$path")
		done ;;
	cli) paths=(tests/cli/*.sh) ;;
	samples) paths=(samples/*.c samples/*.cpp samples/go/*.go) ;;
	stress) paths=(tests/stress/*.c tests/stress/*.cpp tests/stress/test_*.sh) ;;
	exact) paths=(tests/exact/*.c tests/exact/*.cpp tests/exact/test_*.sh) ;;
	attach) paths=(tests/attach/test_*.sh) ;;
	golden) paths=(tests/golden/*/*.json) ;;
	oracle) paths=(tests/oracle/*.sh) ;;
	oracle-short) mapfile -t paths < <(grep -l '^# short: yes' tests/oracle/*.sh) ;;
	sources) paths=(tests/sources/*.c tests/sources/*.cpp tests/sources/*.rs tests/sources/*/
		tests/sources/test_*.sh) ;;
	sources-short) mapfile -t paths < <(grep -lE '^( \*|//|#) short: yes' tests/sources/*.*) ;;
	segments) paths=(tests/segments/test_*.sh) ;;
	go) paths=(tests/go/test_*.sh) ;;
	generator) paths=(tests/generator/test_*.sh) ;;
	programs) paths=(tests/programs/[a-z]*.sh) ;;
	programs-short) mapfile -t paths < <(grep -l '^# short: yes' tests/programs/*.sh) ;;
	*) echo "run.sh: no suite '$suite'" >&2; exit 2 ;;
	esac
	for path in "${paths[@]}"; do
		path=${path%/}
		name=${path##*/}
		case $name in lib.sh | *_lib.sh | install.sh | source_blocks.c) continue ;; esac
		[ -z "$only" ] || [ "${name%.*}" = "$only" ] || continue
		printf '%s\t%s\t%s\n' "$suite" "${name%.*}" "$path"
	done
}

for suite in "$@"; do
	case $suite in
	unit:*) list_suite "$suite" ;;
	unit/*) list_suite "unit:${OUTLIVE_BUILD:-build}" "${suite#unit/}"; export OUTLIVE_TEST_SHOW=1 ;;
	*/*) list_suite "${suite%%/*}" "${suite#*/}"; export OUTLIVE_TEST_SHOW=1 ;;
	*) list_suite "$suite" ;;
	esac
done >"$work/jobs" || exit 2
[ -s "$work/jobs" ] || echo "run.sh: no test '$*'; unit tests must be built first (make unit-programs)" >&2

# The longest first, so that the end does not wait for one of them.
awk -F '\t' -v OFS='\t' 'FILENAME == ARGV[1] { if (!/^#/) rank[$0] = ++count; next }
	{ sub(/:.*/, "", $1); key = $1 " " $2; print key in rank ? rank[key] : count + 1, FNR }' \
	tests/run/longest "$work/jobs" | sort -n -k 1,1 -k 2,2 | cut -f 2 >"$work/order"
mapfile -t lines <"$work/jobs"
while read -r number; do printf '%s\n' "${lines[number - 1]}"; done <"$work/order" >"$work/jobs"

jobs=${JOBS:-$(($(nproc) + 1))}
number=0
while IFS=$'\t' read -r suite name path; do
	number=$((number + 1))
	printf '%s\0%s\0%s\0%s\0' "$suite" "$name" "$path" "$work/$number"
done <"$work/jobs" | xargs -0 -r -n 4 -P "$jobs" bash tests/run/one.sh

cat "$work"/*/result 2>/dev/null | awk '
	{ passed += $1; failed += $2; skipped += $3 }
	END {
		line = passed + 0 " passed, " failed + 0 " failed"
		if (skipped)
			line = line ", " skipped " skipped"
		print line
		exit failed > 0 || passed == 0
	}'
