# lib.sh - what the scripts of this folder share. Each starts a real program and holds what
# `outlive segments` says of it against the kernel, pmap, readelf and nm (check.py). Source
# it; the working directory is the test's own. What `start` started is ended at the end.
# shellcheck shell=bash
set -u
PATH=$PATH:/usr/sbin
export HOME=$PWD
# shellcheck source=tests/lib/verdicts.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/verdicts.sh"
started=()

end_all() {
	local pid
	for pid in "${started[@]}"; do
		kill -CONT "$pid" 2>/dev/null
		kill "$pid" 2>/dev/null
	done
	sleep 0.2
	for pid in "${started[@]}"; do
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	exit $bad
}
trap end_all EXIT

# Start COMMAND in the background; its pid is $pid.
start() { # COMMAND...
	"$@" &
	pid=$!
	started+=("$pid")
}

# Until COMMAND succeeds, ten seconds at most.
await() { # COMMAND...
	local i
	for ((i = 0; i < 200; i++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.05
	done
	complain "in vain: $*"
	return 1
}

# Whether nothing of the process runs: its sums do not change.
is_quiet() { # PID
	local before
	before=$(grep -E '^(VmSize|VmRSS)' "/proc/$1/status")
	sleep 0.3
	[ "$before" = "$(grep -E '^(VmSize|VmRSS)' "/proc/$1/status")" ]
}

# Hold the process against all who know; OTHERS share memory with it and are stopped, too.
hold() { # NAME PID [OTHERS]...
	await is_quiet "$2"
	python3 "$OUTLIVE_ROOT_DIR/tests/segments/check.py" --name "$@" || bad=1
}

# A jq expression that must be true of a view.
expect() { # PID VIEW EXPRESSION
	local result
	result=$("$OUTLIVE" segments -f json -b "$2" "$1" | jq "$3") && [ "$result" = true ] ||
		complain "by $2: $3 is $result"
}
