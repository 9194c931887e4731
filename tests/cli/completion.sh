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
complete_words outlive report --fo
complete_words outlive report --format j
complete_words outlive info --fo
