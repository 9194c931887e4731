#!/bin/bash
# guardian.sh - kills the guardian of an attach (not the command, which harms no one) at random instants,
# and prints how many processes that has ended: while a thread stands still, no one else lets it go on.
# TIMES: 200.
# shellcheck source=tests/attach/lib.sh disable=SC2154
OUTLIVE_ROOT_DIR=${OUTLIVE_ROOT_DIR:-$(cd "$(dirname "$0")/../../.." && pwd)}
OUTLIVE=${OUTLIVE:-${OUTLIVE_BUILD:-$OUTLIVE_ROOT_DIR/build}/outlive}
work=$(mktemp -d "${TMPDIR:-/tmp}/outlive-soak.XXXXXX") && cd "$work" || exit 1
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
trap 'cd /; rm -rf "$work"; end_all' EXIT
build threads
killed=0 dead=0 again=0
for ((i = 0; i < ${TIMES:-200}; i++)); do
	[ -n "${pid:-}" ] && kill -0 "$pid" 2>/dev/null || start ./threads 4 500
	"$OUTLIVE" attach -q --for 50ms -o g.outlive "$pid" 2>/dev/null &
	attach=$!
	guardian=
	while [ -z "$guardian" ]; do
		read -r guardian <"/proc/$attach/task/$attach/children" || [ -d "/proc/$attach/fd" ] || break
	done 2>/dev/null
	for ((k = RANDOM % 1000; k > 0; k--)); do :; done
	[ -z "${guardian// /}" ] || ! kill -KILL "${guardian// /}" 2>/dev/null || killed=$((killed + 1))
	wait "$attach" 2>/dev/null
	sleep 0.1
	if ! kill -0 "$pid" 2>/dev/null; then
		dead=$((dead + 1))
	elif [ $((i % 10)) = 9 ]; then
		for ((k = 0; k < 10; k++)); do # it may have begun, or begin now
			sleep 0.2
			"$OUTLIVE" detach -q "$pid" 2>/dev/null
		done
		timeout 60 "$OUTLIVE" attach -q --for 50ms -o g.outlive "$pid" 2>again_told || cat again_told
		again=$((again + 1))
	fi
	rm -f g.outlive
	kill -0 "$pid" 2>/dev/null && "$OUTLIVE" detach -q --wait 0s "$pid" 2>/dev/null
	rm -rf /dev/shm/outlive."$attach".*
done
echo "$killed guardians killed, $dead processes ended; attached again $again times"
