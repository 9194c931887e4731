#!/bin/bash
# Throws whose events are lost, as the ring has too few chunks for so many threads: the stack that the
# recorder knows is then an older one. No stub may come into it before the exception lands.
set -u
g++ -O2 -g -pthread -o crowd "$OUTLIVE_ROOT_DIR/tests/attach/soak/crowd.cpp" || exit 1
sleep 3 | timeout 120 "$OUTLIVE" run -q --flight --ring 2M -o t.outlive -- ./crowd >output 2>errors
status=$?
[ $status = 0 ] && grep -q 'wrong 0$' output || {
	echo "status $status: $(cat output) $(tail -n 2 errors)"
	exit 1
}
"$OUTLIVE" info -f json t.outlive | jq -e '[.. | .lost? // empty | .. | numbers] | add > 0' >/dev/null || {
	echo "nothing was lost, so nothing was tested"
	exit 1
}
