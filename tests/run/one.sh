#!/bin/bash
# one.sh SUITE NAME PATH WORK - run one test in the directory WORK, which it makes;
# print one line with its seconds (and, if it failed, what it printed); leave "passed failed skipped" in
# WORK/result. run.sh adds these up.
set -u
suite=$1 name=$2 path=$3 work=$4
begun=${EPOCHREALTIME/[.,]/}
mkdir -p "$work/dir" || exit 2

root=$OUTLIVE_ROOT_DIR
# What hangs has failed. With a sanitizer, at whole length, and beside other work, all takes many
# times as long.
short=600 long=2700
[ -z "${OUTLIVE_SANITIZE:-}" ] || short=1800
[ -z "${WHOLE:-}" ] || long=3600
build=${OUTLIVE_BUILD:-$root/build}
export OUTLIVE=$build/outlive OUTLIVE_LIBRARY=$build/liboutlive.so TEST_DIR=$work/dir
export LC_ALL=C.UTF-8 NO_COLOR=1
unset LD_PRELOAD OUTLIVE_DIR OUTLIVE_RING OUTLIVE_POLICY OUTLIVE_SESSION OUTLIVE_ROOT

finish() { # PASSED FAILED SKIPPED
	local took=$(((${EPOCHREALTIME/[.,]/} - begun) / 100000))
	took="$((took / 10)).$((took % 10)) s"
	echo "$1 $2 $3" >"$work/result"
	if [ "$2" != 0 ]; then
		echo "not ok  $suite $name  $took"
		sed 's/^/        /' "$work/log" | tail -n 60
	elif [ "$1" = 0 ]; then
		echo "skip    $suite $name: $(tail -n 1 "$work/log" | grep . || echo "it does not say why")"
	else
		echo "ok      $suite $name$([ "$1" = 1 ] || echo " ($1)")$([ "$3" = 0 ] || echo ", $3 skipped")  $took"
		[ -z "${OUTLIVE_TEST_SHOW:-}" ] || sed 's/^/        /' "$work/log"
	fi
	rm -rf "${work:?}/dir"
	exit 0
}

# The cases cmocka counted; a program that died before it counted has failed.
run_unit() {
	local status passed failed skipped
	(cd "$root" && timeout $short "$path") >"$work/log" 2>&1 </dev/null
	status=$?
	passed=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s).*/\1/p' "$work/log" | tail -n 1)
	failed=$(sed -n 's/^\[  FAILED  \] \(.* \)*\([0-9]*\) test(s).*/\2/p' "$work/log" | tail -n 1)
	skipped=$(sed -n 's/^\[  SKIPPED \] \(.* \)*\([0-9]*\) test(s).*/\2/p' "$work/log" | tail -n 1)
	if [ $status != 0 ] && [ -z "$failed" ]; then
		echo "exit status $status" >>"$work/log"
		failed=1
	fi
	finish "${passed:-0}" "${failed:-0}" "${skipped:-0}"
}

# Any script that says it all by its exit status.
run_script() {
	(cd "$work/dir" && timeout "${TEST_SECONDS:-$long}" bash "$root/$path") \
		>"$work/log" 2>&1 </dev/null
	case $? in
	0) finish 1 0 0 ;;
	77) finish 0 0 1 ;;
	124) echo "took longer than ${TEST_SECONDS:-$long} s" >>"$work/log"; finish 0 1 0 ;;
	*) finish 0 1 0 ;;
	esac
}

# Compare one stream with NAME.STREAM.exact or NAME.STREAM.glob, if there is one.
# A glob file matches line by line; a line of "..." stands for any number of lines.
compare_stream() { # STREAM
	local beside=$root/${path%.sh}
	if [ -e "$beside.$1.exact" ]; then
		diff -u "$beside.$1.exact" "$work/$1" >>"$work/log" || return 1
	elif [ -e "$beside.$1.glob" ]; then
		bash "$root/tests/run/glob_match.sh" "$beside.$1.glob" "$work/$1" >>"$work/log" ||
			return 1
	fi
}

run_cli() {
	local status expected=0 bad=0 beside=$root/${path%.sh}
	: >"$work/log"
	if ! compgen -G "$beside.std*" >/dev/null; then
		echo "$name has no $name.stdout.exact or .glob: what it must print" >"$work/log"
		finish 0 1 0
	fi
	(cd "$work/dir" && timeout $short bash "$root/$path") \
		>"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	if [ $status = 77 ]; then
		cat "$work/stderr" >"$work/log"
		finish 0 0 1
	fi
	[ -e "$beside.exit" ] && expected=$(cat "$beside.exit")
	if [ "$status" != "$expected" ]; then
		echo "exit status $status, expected $expected" >>"$work/log"
		bad=1
	fi
	compare_stream stdout || bad=1
	compare_stream stderr || bad=1
	if [ $bad = 0 ]; then
		finish 1 0 0
	fi
	{ echo "--- stdout"; cat "$work/stdout"; echo "--- stderr"; cat "$work/stderr"; } \
		>>"$work/log"
	finish 0 1 0
}

# A trace of an older day: today's report of it must be the one kept beside it.
run_golden() {
	"$OUTLIVE" report --format json "$root/${path%.json}" >"$work/stdout" 2>"$work/log"
	if diff -u "$root/$path" "$work/stdout" >>"$work/log"; then
		finish 1 0 0
	fi
	finish 0 1 0
}

# A program that is built, run bare, and run with return stubs.
run_exact() {
	(cd "$work/dir" && timeout $long bash "$root/tests/exact/run.sh" "$root/$path") \
		>"$work/log" 2>&1 </dev/null
	case $? in 0) finish 1 0 0 ;; 77) finish 0 0 1 ;; *) finish 0 1 0 ;; esac
}

# A program in the ways in which compilers build it.
run_sources() {
	(cd "$work/dir" && timeout $long bash "$root/tests/sources/run.sh" "$root/$path") \
		>"$work/log" 2>&1 </dev/null
	case $? in 0) finish 1 0 0 ;; 77) finish 0 0 1 ;; *) finish 0 1 0 ;; esac
}

case $suite:$path in
unit:*) run_unit ;;
sources*:*.sh) run_script ;;
sources*) run_sources ;;
exact:*.c | exact:*.cpp) run_exact ;;
cli:*) run_cli ;;
golden:*) run_golden ;;
*.c | *.cpp | *.go) # a sample: its header says what must come out
	set -- "$root/$path"
	path=tests/run/sample.sh
	(cd "$work/dir" && timeout $short bash "$root/$path" "$@") >"$work/log" 2>&1 </dev/null
	case $? in 0) finish 1 0 0 ;; 77) finish 0 0 1 ;; *) finish 0 1 0 ;; esac ;;
*) run_script ;;
esac
