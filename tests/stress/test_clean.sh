#!/bin/bash
# Of a clean C++ or Rust program nothing is a leak candidate, whatever its libraries keep; of
# one that leaks exactly what it leaks is, also what was made inside of those libraries.
set -u
lib=$OUTLIVE_ROOT_DIR/tests/stress/lib
bad=0

# NAME SHOWN ARGUMENT...: so many blocks of the program are shown as never freed.
check() {
	local name=$1 shown=$2 reported
	shift 2
	RUST_BACKTRACE=$((shown == 0)) "$OUTLIVE" run -q -o trace -- "./$name" "$@" </dev/null >output 2>&1 ||
		{ cat output; bad=1; }
	"$OUTLIVE" report --format json --top 0 trace >json || bad=1
	reported=$(jq '.classes.live.blocks + .classes.static_like.blocks' json)
	echo "$name $*: $reported shown, $(jq -c .classes.suppressed json) hidden"
	[ "$reported" = "$shown" ] || { bad=1; jq -c '.sites[] | select(.live_blocks >
		.hidden_blocks) | [.live_blocks, .live_bytes, [.frames[:8][].function]]' json; }
	[ "$(jq '.classes.suppressed.blocks == ([.sites[].hidden_blocks] | add)' json)" = true ] ||
		{ echo "what is hidden of the sites is not what is hidden"; bad=1; }
}

g++ -std=c++17 -O1 -g -pthread -o clean "$lib/clean.cpp" -ldl || exit 1
check clean 0
check clean 8 leak
if rustc -O -g -o clean_rust "$lib/clean.rs" 2>/dev/null; then
	check clean_rust 0
	check clean_rust 2 leak
else
	echo "rustc: not installed"
fi
exit $bad
