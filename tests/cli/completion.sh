#!/bin/bash
# What bash completes: commands, a command's options and their values, as --help has them;
# the programs to run.
PATH=$(dirname "$OUTLIVE"):$PATH
. "$OUTLIVE_ROOT_DIR/docs/outlive.bash"

complete_words() { # WORD...: prints what the last one may become
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_outlive
	printf '%s:' "$*"
	printf ' %s' "${COMPREPLY[@]}"
	echo
}

# All options of --help, read where it is narrow: "-b --by path|function|..".
help_options() { # [COMMAND]
	COLUMNS=40 "$OUTLIVE" "$@" --help | awk '
		/^(  |      )-/ {
			sub(",", "")
			label = $2 ~ /^--/ ? $1 " " $2 : $1
			if (NF == split(label, words, " ")) # what it takes is on the next line, if anything
				getline
			while (/[|]$/) { # broken over lines
				broken = $NF
				getline
				$NF = broken $NF
			}
			print $NF ~ /^[a-z-]+([|][a-z-]+)+$/ ? label " " $NF : label
		}'
}

compare() { # COMMAND OPTION VALUES: what is completed after the option is VALUES
	local reported
	reported=$(complete_words outlive "$1" "$2" '' | sed 's/^[^:]*: //' | tr ' ' '|')
	[ "$reported" = "$3" ] || echo "outlive $1 $2: '$reported', not '$3'"
}

for command in '' run attach detach ps report top info symbols go; do
	# shellcheck disable=SC2086
	help_options $command >options
	# shellcheck disable=SC2086
	complete_words outlive $command - | sed 's/^[^:]*: //' | tr ' ' '\n' | sort >completed
	grep -oE -- '(^| )--?[a-z][a-z-]*' options | tr -d ' ' | sort >helped
	diff helped completed || echo "of outlive $command"
	[ -z "$command" ] || while read -r words; do
		case $words in *'|'*) ;; *) continue ;; esac
		for option in ${words% *}; do compare "$command" "$option" "${words##* }"; done
		echo "outlive $command $words"
	done <options
done

complete_words outlive r
complete_words outlive help in
complete_words outlive --v
complete_words outlive run --no
complete_words outlive run --flight -- base64 | grep -o base64 | tail -n 1
complete_words outlive run --frames = ex
# options with a value, however they are given, and then the program and its arguments
complete_words outlive run --frames ex
for value in "-o trace" "--output trace" "--ring 1M" "--wait 3" "--frames exact" \
	"--frames = exact" "--ring = 1M --quiet" "-q --frames plain --ring 4M"; do
	# shellcheck disable=SC2086
	complete_words outlive run $value base64 | grep -o ' base64$' | tail -n 1
done
: >only-here
complete_words outlive run --frames exact ls only-h
complete_words outlive top --every 1s -- base64 | grep -o base64 | tail -n 1
complete_words outlive report --cl
complete_words outlive report -c st
complete_words outlive report --format = j
complete_words outlive report --why ''
touch a.trace
complete_words outlive report --wrapper 'my*' a.t
complete_words outlive run -o a.t
complete_words outlive info --fo
