#!/bin/bash
# `outlive attach` is killed at random instants: every process lives, computes what is right, and can
# be attached to again. WHOLE=1: 200 instants.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
kills=$([ -n "${WHOLE:-}" ] && echo 200 || echo 12)
build threads
start ./threads 4 500

settle() { # Until nothing attaches any more, and nothing is recorded.
	local i
	for ((i = 0; i < 300; i++)); do
		"$OUTLIVE" detach -q --wait 0s "$pid" 2>/dev/null
		[ "$(awk '/TracerPid/ { print $2 }' "/proc/$pid/status")" = 0 ] &&
			! grep -qE '\.ring$' "/proc/$pid/maps" &&
			! grep -qx outlive /proc/"$pid"/task/*/comm && return
		sleep 0.1
	done
	complain "kill $kill: still attached"
}

for ((kill = 0; kill < kills; kill++)); do
	"$OUTLIVE" attach -q -o k.outlive "$pid" 2>/dev/null &
	victim=$!
	sleep "0.$(printf '%03d' $((RANDOM % 400)))"
	kill -KILL "$victim" 2>/dev/null
	wait "$victim" 2>/dev/null
	kill -0 "$pid" 2>/dev/null || { complain "dead after $kill kills"; break; }
	settle
	rm -rf /dev/shm/outlive."$victim".*
done
attach 100ms
finish threads
echo "$kills kills"
