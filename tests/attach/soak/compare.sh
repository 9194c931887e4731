#!/bin/bash
# compare.sh - attaches of others beside ours, to the same programs: heaptrack (by gdb) and memray. Prints
# for each how often the tool failed, and how often the program ended or computed what is wrong.
# TIMES: 10, each to a fresh program. MEMRAY: its command.
# shellcheck source=tests/attach/lib.sh disable=SC2154
OUTLIVE_ROOT_DIR=${OUTLIVE_ROOT_DIR:-$(cd "$(dirname "$0")/../../.." && pwd)}
OUTLIVE=${OUTLIVE:-${OUTLIVE_BUILD:-$OUTLIVE_ROOT_DIR/build}/outlive}
work=$(mktemp -d "${TMPDIR:-/tmp}/outlive-soak.XXXXXX") && cd "$work" || exit 1
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
trap 'cd /; rm -rf "$work"; end_all' EXIT
memray=${MEMRAY:-memray}

# Each attaches, and records for a second or more; heaptrack's ends with the program (a SIGINT ends the
# reader of its pipe, too, and the file is empty). The program's stdin must not stay open in them.
outlive_begin() { timeout 60 "$OUTLIVE" attach -q --for 1s -o c.data "$pid" {feed}>&- >told 2>&1; }
heaptrack_begin() {
	setsid heaptrack -o c --pid "$pid" {feed}>&- </dev/null >told 2>&1 &
	tool_pid=$!
	for ((k = 0; k < 300; k++)); do
		grep -q 'injection finished' told && sleep 1 && return
		sleep 0.1
	done
	return 1
}
memray_begin() { timeout 60 "$memray" attach --duration 1 -o "$PWD/c.data" "$pid" {feed}>&- >told 2>&1 && sleep 2; }

try() { # TOOL WHAT COMMAND...
	local tool=$1 what=$2 i tool_failed=0 dead=0 wrong=0 stuck=0 status begun
	shift 2
	for ((i = 0; i < ${TIMES:-10}; i++)); do
		rm -f c.*
		tool_pid=
		start "$@"
		sleep 1
		begun=0
		"${tool}_begin" && begun=1
		if ! kill -0 "$pid" 2>/dev/null; then
			dead=$((dead + 1))
			exec {feed}>&-
		else
			exec {feed}>&-
			for ((k = 0; k < 150; k++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
			if kill -KILL "$pid" 2>/dev/null; then
				stuck=$((stuck + 1))
			else
				wait "$pid"
				status=$?
				if [ $status -gt 128 ]; then dead=$((dead + 1)); elif [ $status != 0 ]; then wrong=$((wrong + 1)); fi
			fi
		fi
		wait "$pid" 2>/dev/null
		[ -z "$tool_pid" ] || { for ((k = 0; k < 100; k++)); do kill -0 "$tool_pid" 2>/dev/null || break; sleep 0.1; done
			kill -KILL -- "-$tool_pid" 2>/dev/null; }
		[ $begun = 1 ] && [ -s "$(compgen -G 'c.*' | head -n 1)" ] || { tool_failed=$((tool_failed + 1)); tail -n 1 told >&2; }
	done
	echo "$tool	$what	$i attaches	tool failed $tool_failed	program ended $dead	stuck $stuck	wrong at its end $wrong"
}

build threads
build alone
build states
g++ -O2 -g -pthread -o jumps "$here/soak/jumps.cpp"
g++ -O2 -g -pthread -o crowd "$here/soak/crowd.cpp"
for tool in ${TOOLS:-outlive heaptrack}; do
	try "$tool" "threads: 8, always in malloc" ./threads 8
	MALLOC_ARENA_MAX=1 try "$tool" "alone: one thread, always in malloc" ./alone
	try "$tool" "crowd: 64 threads of C++" ./crowd
	try "$tool" "jumps: throws, longjmp" ./jumps
	try "$tool" "jumps: with signals at 2 kHz" ./jumps 2000
	try "$tool" "states: calls that wait" ./states
done
for tool in outlive memray; do
	[ "$tool" = outlive ] || command -v "$memray" >/dev/null || continue
	try "$tool" "python3: 4 threads" "${PYTHON:-python3}" "$here/soak/work.py"
done
