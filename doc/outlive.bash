# Bash completion for outlive(1). The commands and options are asked of outlive itself,
# so that this file cannot fall behind it.

_outlive_words() { # COMMAND -> its options, one per line
	outlive help "$1" 2>/dev/null | grep -oE -- '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' | sort -u
}

_outlive_values() { # COMMAND OPTION -> the words in "--option a|b|c", if that is its form
	outlive help "$1" 2>/dev/null |
		sed -n "s/.*$2 \([a-z_-]*\(|[a-z_-]*\)\{1,\}\).*/\1/p" | tr '|' '\n' | sort -u
}

_outlive_takes_value() { # COMMAND OPTION: whether the word after it belongs to it
	outlive help "$1" 2>/dev/null |
		grep -qE -- "^ +(-[a-z], )?$2(, --[a-z-]+)? [A-Za-z]"
}

_outlive() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
	local command=${COMP_WORDS[1]:-} values i

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$(outlive help 2>/dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')" \
			-- "$current")
		return
	fi
	if [ "$command" = run ]; then
		for ((i = 2; i < COMP_CWORD; i++)); do
			case ${COMP_WORDS[i]} in
			--) _outlive_program $((i + 1)); return ;;
			-*)
				if _outlive_takes_value run "${COMP_WORDS[i]}"; then
					[ "${COMP_WORDS[i + 1]}" != = ] || i=$((i + 1)) # bash splits there
					i=$((i + 1))
				fi ;;
			*) _outlive_program "$i"; return ;;
			esac
		done
	fi
	case $previous in
	-o | --output) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
	-*) values=$(_outlive_values "$command" "$previous") ;;
	esac
	if [ -n "${values:-}" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
	elif [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_outlive_words "$command")" -- "$current")
	elif [ "$command" = run ]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$current")
	elif [ "$command" = help ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(outlive help 2>/dev/null |
			sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')" -- "$current")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
	fi
}

# The program that is run completes its own arguments, as sudo's and env's do.
_outlive_program() { # INDEX of the program's word
	if [ "$COMP_CWORD" = "$1" ]; then
		mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	else
		mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
	fi
}

complete -o filenames -F _outlive outlive
