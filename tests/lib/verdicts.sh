# verdicts.sh - how a script says what it found. Source it; it sets $bad, the status of the end,
# which the script's own trap exits with.
# shellcheck shell=bash disable=SC2034 # bad
bad=0

complain() { # TEXT
	echo "WRONG: $*"
	bad=1
}

skip() { # TEXT
	echo "$*"
	trap - EXIT
	exit 77
}

needs() { # PROGRAM...
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null ||
			skip "$program is not installed; make test-programs installs it"
	done
}

