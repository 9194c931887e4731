#!/bin/bash
# glob_match.sh GLOBS FILE - match FILE line by line against the shell patterns in GLOBS.
# A pattern line of "..." stands for any number of lines, none included. Says which
# pattern found no line; exits 1 then.
set -u
mapfile -t globs <"$1"
mapfile -t lines <"$2"

match_from() { # GLOB LINE -> 0 if the rest matches
	local g=$1 l=$2
	while [ "$g" -lt ${#globs[@]} ]; do
		if [ "${globs[g]}" = ... ]; then
			g=$((g + 1))
			while :; do
				match_from "$g" "$l" && return 0
				[ "$l" -lt ${#lines[@]} ] || return 1
				l=$((l + 1))
			done
		fi
		[ "$g" -gt "$farthest" ] && farthest=$g
		[ "$l" -lt ${#lines[@]} ] || return 1
		# shellcheck disable=SC2053 # the right side is a pattern
		[[ ${lines[l]} == ${globs[g]} ]] || return 1
		g=$((g + 1)) l=$((l + 1))
	done
	farthest=$g
	[ "$l" = ${#lines[@]} ]
}

farthest=0
match_from 0 0 && exit 0
if [ "$farthest" -lt ${#globs[@]} ]; then
	echo "$1:$((farthest + 1)): no line matches '${globs[farthest]}'"
else
	echo "$1: more lines follow than it has patterns"
fi
exit 1
