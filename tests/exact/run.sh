#!/bin/bash
# run.sh PROGRAM.{c,cpp} - build a program of this folder in the current directory, in
# every way its header names, and run each bare and with return stubs: it must exit 0 and
# print the same. one.sh calls it in a directory of its own. The header says:
#
#   build: COMPILER FLAGS    one way to build it; FILE.S or FILE.c beside it may be named.
#                            A line for each. "needs: HEADER-OR-LIBRARY" ends such a line:
#                            where it does not link, that way is left out
#   whole: COMPILER FLAGS    one more, with WHOLE=1 only
#   plugin: NAME FLAGS       lib/NAME built into ./NAME.so first
#   stubs: must run out      and be counted; else no frame may go without for want of one
#   inferred: none           every block's frames must be exact
#   depth: FUNCTION N...     what FUNCTION allocates, in its own frame, has these escape depths,
#                            and no other; "none": all of it is inferred
#   copies: seen             the ring says that parts of a stack are copied
#   path: N FRAME;FRAME...   so many blocks must have been allocated where calls end in these
#   guards: RULE             the safety rule it fails without (the first words of it)
#   times: N                 run it so often (1)
#
# With a sanitizer (OUTLIVE_SANITIZE), two of the ways are tried.
# OUTLIVE_LIBRARY is the library to preload, OUTLIVE the program that reads the ring.
set -u
program=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck disable=SC2034 # lib/recorded.sh uses them
library=${OUTLIVE_LIBRARY:-$root/build/liboutlive.so}
# shellcheck disable=SC2034
outlive=${OUTLIVE:-$root/build/outlive}
. "$here/lib/recorded.sh"

header() { # KEY: what follows "KEY: " in the header, a line each
	sed -n "1,/\*\//s/^ \* $1: //p" "$program"
}

[ -n "$(header build)" ] || { echo "$(basename "$program"): no line 'build: COMPILER FLAGS' in its first comment"; exit 1; }
# shellcheck disable=SC2034 # lib/recorded.sh uses it
[ -z "$(header depth)" ] || SITES=0
bad=0 built=0
fail() { echo "$(basename "$program") [$way]: $*"; bad=1; }

while read -r name flags; do
	[ -n "$name" ] || continue
	case $name in *.cpp) compiler=g++ ;; *) compiler=gcc ;; esac
	# shellcheck disable=SC2086 # flags are words
	$compiler -g -O2 -fPIC -shared -I"$here/lib" $flags -o "./${name%.*}.so" \
		"$here/lib/$name" || exit 1
done < <(header plugin)

depths_check() {
	local name wanted reported bad=0
	while read -r name wanted; do
		[ -n "$name" ] || continue
		reported=$(jq -r --arg name "$name" '
			[.sites[] | select(.frames[0].function == $name)] |
			(map(.classes.inferred.blocks) | add) as $inferred |
			(map(.escape_depths | keys[]) | unique | sort_by(tonumber) | join(" ")) +
			if $inferred == 0 then "" elif $inferred == (map(.allocations) | add)
			then "none" else " and \($inferred) inferred" end' report.json)
		[ "$reported" = "$wanted" ] || { fail "$name: depths $reported, not $wanted"; bad=1; }
	done < <(header depth)
	if [ -n "$(header copies)" ]; then
		jq -e .process.copies_stacks report.json >/dev/null ||
			{ fail "copies were not seen"; bad=1; }
	fi
	return $bad
}

paths_check() {
	local number path found wrong=0
	[ -n "$(header path)" ] || return 0
	"$outlive" report --format csv "$(ls -t rings/*.ring | head -n 1)" >paths.csv || return 1
	while read -r number path; do
		found=$(awk -F, -v path="$path" '{ at = ";" substr($0, index($0, "\"") + 1)
			sub(/"\r?$/, "", at); path_at = length(at) - length(path)
			if (substr(at, path_at) == ";" path) sum += $2 } END { print sum + 0 }' paths.csv)
		[ "$found" = "$number" ] || { fail "$path: $found blocks"; wrong=1; }
	done < <(header path)
	return $wrong
}

run_way() { # COMPILER FLAGS...
	local flag optional=0 status
	local -a flags=() compiler=("$1")
	shift
	for flag in "$@"; do
		case $flag in
		needs:*) optional=1 ;;
		*.S | *.c | *.cpp) flags+=("$here/lib/$flag") ;;
		*) [ $optional = 1 ] || flags+=("$flag") ;;
		esac
	done
	if ! "${compiler[@]}" -g -fno-builtin -D_GNU_SOURCE -pthread -I"$here/lib" -o program \
		"$program" "${flags[@]}" >build.log 2>&1; then
		[ $optional = 1 ] && return
		cat build.log
		fail "does not build"
		return
	fi
	built=$((built + 1))
	timeout 60 ./program >bare.out 2>bare.err
	status=$?
	[ $status = 0 ] || { cat bare.out bare.err; fail "bare: status $status"; return; }
	recorded ./program >recorded.out 2>recorded.err
	status=$?
	if [ $status != 0 ]; then
		fail "recorded: status $status"
	fi
	diff -u bare.out recorded.out | head -n 12
	cmp -s bare.out recorded.out || fail "recorded: another output"
	diff -u bare.err recorded.err | head -n 12
	cmp -s bare.err recorded.err || fail "recorded: another output to stderr"
	rings_check "$(header stubs)" || bad=1
	[ -z "$(header inferred)" ] || all_exact || bad=1
	depths_check || bad=1
	paths_check || bad=1
}

# A sanitizer is in the analyzer alone, to which the ways of one program look alike.
most=99
[ -z "${OUTLIVE_SANITIZE:-}" ] || most=2
while [ $built -lt $most ] && read -r -a words; do
	way=${words[*]}
	for ((time = 0; time < $(header times | grep . || echo 1); time++)); do
		run_way "${words[@]}"
	done
done < <(header build; [ -z "${WHOLE:-}" ] || header whole)
[ $built -gt 0 ] || { echo "none of its builds links here"; exit 77; }
echo "$built ways"
exit $bad
