#!/bin/bash
# A program begins and ends its own recording while exceptions are in flight, and while another of
# its threads makes every other call that writes into the recording; children begin theirs, forked
# in the midst of that: nothing is wrong, no event is lost.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
rounds=$([ -n "${WHOLE:-}" ] && echo 1000 || echo 48)
g++ -O2 -g -pthread -I"$OUTLIVE_ROOT_DIR/include" -o itself "$here/itself.cpp" || exit 1

for frames in exact plain; do
	timeout 300 "$OUTLIVE" run -q --frames=$frames --ring 4M -o own.outlive --start-after call -- \
		./itself "$rounds" >output 2>errors || complain "$frames: $? $(tail -n 2 errors)"
	[ "$(cat output)" = "most rounds recorded thrown, wrong 0" ] || complain "$frames: $(cat output)"
	[ "$("$OUTLIVE" info -f json own.outlive | jq '.processes | map(select(.lost.events > 0)) | length')" = 0 ] ||
		complain "$frames: events were lost"
done
