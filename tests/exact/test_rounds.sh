#!/bin/bash
# Programs that leave frames in the same unusual way for ever never use up the stubs: ROUNDS
# (330,000, five times as many as there are stubs) of each kind that leaves some. Each must
# print what it prints bare, lack no stub, and have no block inferred: but those of another
# stack (three in a round).
# ROUNDS=10000000 is for a run by hand; KINDS="throw dlsym" picks some.
set -u
root=$OUTLIVE_ROOT_DIR here=$root/tests/exact
# shellcheck disable=SC2034 # lib/recorded.sh uses them
library=$OUTLIVE_LIBRARY outlive=$OUTLIVE
. "$here/lib/recorded.sh"
rounds=${ROUNDS:-330000} bad=0
export SECONDS_MAX=$((60 + rounds / 5000))

rounds_of() { # KIND INFERRED-PER-ROUND COMMAND...
	local kind=$1 most=$(($2 * rounds)) status
	shift 2
	[[ " ${KINDS:-$kind} " == *" $kind "* ]] || return
	recorded "$@" >"$kind.out" 2>&1
	status=$?
	if [ $status != 0 ] || [ "$(cat "$kind.out")" != right ]; then
		echo "$kind: status $status"; head -n 5 "$kind.out"
		bad=1
	elif ! rings_check "" >"$kind.says" ||
		! { all_exact >"$kind.says" || [ "$(grep -o '^[0-9]*' "$kind.says")" -le $most ]; }; then
		echo "$kind: $(cat "$kind.says")"
		bad=1
	else
		echo "$kind: $rounds rounds, $(./ring_says rings/*.ring)"
	fi
}

gcc -O2 -fno-builtin -shared -fPIC -o libjumping.so "$here/lib/jumping.c" || exit 1
g++ -O2 -g -fno-builtin-malloc -pthread -w -I"$here/lib" -o rounds "$here/lib/rounds.cpp" -ldl || exit 1
for kind in throw longjmp builtin dlsym; do
	rounds_of $kind 0 ./rounds $kind "$rounds"
done
g++ -O2 -g -fno-builtin-malloc -pthread -w -DJUMPING -I"$here/lib" -o rounds_jumping "$here/lib/rounds.cpp" \
	./libjumping.so -Wl,-rpath,"$PWD" -ldl || exit 1
rounds_of allocator 0 ./rounds_jumping allocator "$rounds"
rounds_of coroutine 3 ./rounds coroutine "$rounds"
rounds_of dlopen 0 ./rounds dlopen "$rounds"
rounds_of thread 0 ./rounds thread $((rounds / 15))
if command -v rustc >/dev/null && rustc -O -g -o rounds_rs "$here/lib/rounds.rs" 2>rustc.log; then
	rounds_of panic 0 ./rounds_rs "$rounds"
fi
exit $bad
