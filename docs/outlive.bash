# Bash completion for outlive(1). The commands, the options and their values are asked of
# outlive itself, so that this file cannot fall behind it.

_outlive_help() { # [COMMAND] -> its help, no line of it broken
	COLUMNS=400 outlive help "$@" 2>/dev/null
}

_outlive_commands() {
	_outlive_help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

_outlive_options() { # [COMMAND] -> a line for each: "-o, --output FILE", "--by path|..."
	_outlive_help "$@" |
		sed -n 's/^ *\(-[a-z], \)\{0,1\}\(--[a-z-]*\)\( [^ ][^ ]*\)\{0,1\}\(  .*\)\{0,1\}$/\1\2\3/p'
}

_outlive_words() { # [COMMAND] -> its options, one per line
	_outlive_options "$@" | grep -oE -- '(^| )--?[a-z][a-z-]*' | tr -d ' '
}

_outlive_argument() { # COMMAND OPTION -> what it takes: "FILE", "text|json", or nothing
	_outlive_options "$1" | sed -n -e "s/^\($2, --[a-z-]*\|\(-[a-z], \)\{0,1\}$2\) //p"
}

_outlive_reply() { # WORDS
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$_outlive_current")
}

_outlive() {
	local _outlive_current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
	local command=${COMP_WORDS[1]:-} argument= i

	COMPREPLY=()
	# "--format=js" are three words.
	[ "$_outlive_current" != = ] || _outlive_current=
	[ "$previous" != = ] || previous=${COMP_WORDS[COMP_CWORD-2]}
	if [ "$COMP_CWORD" = 1 ]; then
		case $_outlive_current in
		-*) _outlive_reply "$(_outlive_words)" ;;
		*) _outlive_reply "$(_outlive_commands)" ;;
		esac
		return
	fi
	if [ "$command" = help ]; then
		_outlive_reply "$(_outlive_commands)"
		return
	fi
	if [ "$command" = run ]; then
		for ((i = 2; i < COMP_CWORD; i++)); do
			case ${COMP_WORDS[i]} in
			--) _outlive_program $((i + 1)); return ;;
			-*) [ -z "$(_outlive_argument run "${COMP_WORDS[i]}")" ] || i=$((i + 1))
				[ "${COMP_WORDS[i]}" != = ] || i=$((i + 1)) ;;
			*) _outlive_program "$i"; return ;;
			esac
		done
	fi
	if [ "$command" = top ]; then
		for ((i = 2; i < COMP_CWORD; i++)); do
			[ "${COMP_WORDS[i]}" != -- ] || { _outlive_program $((i + 1)); return; }
		done
	fi
	case $previous in
	-?*) argument=$(_outlive_argument "$command" "$previous") ;;
	esac
	case $argument in
	*'|'*) _outlive_reply "${argument//|/ }"; return ;;
	FILE) mapfile -t COMPREPLY < <(compgen -f -- "$_outlive_current"); return ;;
	?*) return ;; # a number or a name that is not known here
	esac
	case $command:$_outlive_current in
	*:-*) _outlive_reply "$(_outlive_words "$command")" ;;
	run:*) mapfile -t COMPREPLY < <(compgen -c -- "$_outlive_current") ;;
	attach:* | detach:* | snapshot:*) _outlive_reply "$(cd /proc && echo [0-9]*)" ;;
	ps:*) ;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$_outlive_current") ;;
	esac
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
