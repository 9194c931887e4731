#!/bin/bash
# Exceptions and longjmp() are in flight at all times, also at the moment of the attach: a stub that
# came into a frame between the two phases of a throw would end the process.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
rounds=$([ -n "${WHOLE:-}" ] && echo 100 || echo 3)
g++ -O2 -g -pthread -o jumps "$here/soak/jumps.cpp" || exit 1
for hertz in 0 2000; do
	start ./jumps $hertz
	for ((i = 0; i < rounds; i++)); do
		attach 10ms
		kill -0 "$pid" 2>/dev/null || { complain "$hertz: dead after $((i + 1)) rounds"; break; }
	done
	finish "jumps $hertz"
done
