#!/bin/bash
# What bash completes: commands, a command's options, the programs to run.
PATH=$(dirname "$OUTLIVE"):$PATH
. "$OUTLIVE_ROOT_DIR/doc/outlive.bash"

complete_words() { # WORD...: prints what the last one may become
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_outlive
	printf '%s:' "$*"
	printf ' %s' "${COMPREPLY[@]}"
	echo
}

complete_words outlive r
complete_words outlive help in
complete_words outlive run --no
complete_words outlive run --flight -- base64 | grep -o base64 | tail -n 1
# options with a value, however they are given, and then the program and its arguments
complete_words outlive run --frames ex
for value in "-o trace" "--output trace" "--ring 1M" "--wait 3" "--frames exact" \
	"--frames = exact" "--ring = 1M --quiet" "-q --frames plain --ring 4M"; do
	# shellcheck disable=SC2086
	complete_words outlive run $value base64 | grep -o ' base64$' | tail -n 1
done
: >only-here
complete_words outlive run --frames exact ls only-h
complete_words outlive report --fo
complete_words outlive report --format j
complete_words outlive info --fo
