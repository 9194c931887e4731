#!/bin/bash
# Programs that leave frames in the same unusual way for ever never use up the stubs: ROUNDS
# (330,000, five times as many as there are stubs) of each kind that leaves some. Each must
# print what it prints bare, and lack no stub. The share of its blocks whose frames are exact is
# printed as it is at the start and at the end: it must not fall, and it must be all of them, or
# a quarter where the other three of four are allocated on another stack.
# `make soak` does ten million of each. KINDS="throw dlsym" picks some; THREADS are those of the
# threads (a fifteenth of ROUNDS).
set -u
root=$OUTLIVE_ROOT_DIR here=$root/tests/exact
# shellcheck disable=SC2034 # lib/recorded.sh uses them
library=$OUTLIVE_LIBRARY outlive=$OUTLIVE
. "$here/lib/recorded.sh"
rounds=${ROUNDS:-330000} bad=0
first=10000 # so many rounds are the start
export SECONDS_MAX=$((60 + rounds / 1000))

wanted() { # KIND
	[[ " ${KINDS:-$1} " == *" $1 "* ]]
}

# Per mille of the blocks in the ring. It keeps what came last, so that many rounds before the
# end are not in it.
exact_share() {
	jq '.classes | (map(.blocks) | add) as $all | (.inferred.blocks + .unknown.blocks) as $not |
		($all - $not) * 1000 / $all | round' report.json
}

run_rounds() { # KIND COMMAND...: leaves the ring and report.json
	local kind=$1 status
	shift
	recorded "$@" >"$kind.out" 2>&1
	status=$?
	[ $status = 0 ] && [ "$(cat "$kind.out")" = right ] && return
	echo "$kind: status $status"; head -n 5 "$kind.out"
	return 1
}

percent() { # PER-MILLE
	echo "$(($1 / 10)).$(($1 % 10)) %"
}

# The few blocks that a program allocates once (66, of 40,000 at the start) may be exact where
# those of the rounds are not: 3 per mille are no fall.
rounds_of() { # KIND SHARE COUNT COMMAND...
	local kind=$1 least=$2 count=$3 start end
	shift 3
	wanted "$kind" || return
	if ! run_rounds "$kind" "$@" $((count < first ? count : first)) || ! rings_check "" ||
		! start=$(exact_share) ||
		! run_rounds "$kind" "$@" "$count" || ! rings_check "" || ! end=$(exact_share); then
		echo "$kind: failed"
		bad=1
		return
	fi
	echo "$kind: $count rounds, exact $(percent "$start") at the start, $(percent "$end")" \
		"at the end; $(./ring_says rings/*.ring)"
	[ $((end + 3)) -ge "$start" ] || { echo "$kind: the exact share fell"; bad=1; }
	[ "$end" -ge "$least" ] || { echo "$kind: the exact share is under $(percent "$least")"; bad=1; }
}

# User time, which other programs change little: at most TIMES what it is bare. (Panics took 11 times
# as long when each looked at all stubs of frames that were left, and take 3.)
not_slower() { # TIMES COMMAND...
	local times=$1 bare taken TIMEFORMAT=%3U
	shift
	bare=$({ time "$@" >/dev/null; } 2>&1)
	taken=$({ time recorded "$@" >/dev/null; } 2>&1)
	echo "$*: $bare s bare, $taken s recorded"
	awk -v bare="$bare" -v taken="$taken" -v times="$times" 'BEGIN { exit !(taken <= times * bare + 0.1) }' ||
		{ echo "$*: more than $times times as long as bare"; bad=1; }
}

gcc -O2 -fno-builtin -shared -fPIC -o libjumping.so "$here/lib/jumping.c" || exit 1
g++ -O2 -g -fno-builtin-malloc -pthread -w -I"$here/lib" -o rounds "$here/lib/rounds.cpp" -ldl || exit 1
g++ -O2 -g -fno-builtin-malloc -pthread -w -DJUMPING -I"$here/lib" -o rounds_jumping "$here/lib/rounds.cpp" \
	./libjumping.so -Wl,-rpath,"$PWD" -ldl || exit 1
for kind in throw longjmp builtin dlsym dlopen; do
	rounds_of $kind 1000 "$rounds" ./rounds $kind
done
rounds_of allocator 1000 "$rounds" ./rounds_jumping allocator
rounds_of coroutine 250 "$rounds" ./rounds coroutine
if g++ -O2 -g -fno-builtin-malloc -I"$here/lib" -o rounds_boost "$here/lib/rounds_boost.cpp" \
	-lboost_context 2>boost.log; then
	rounds_of boost 250 "$rounds" ./rounds_boost
elif wanted boost; then
	echo "boost: skipped, no library boost_context: $(grep -m 1 error boost.log)"
fi
if command -v rustc >/dev/null && rustc -O -g -o rounds_rs "$here/lib/rounds.rs" 2>rustc.log; then
	rounds_of panic 1000 "$rounds" ./rounds_rs
	! wanted panic || not_slower 7 ./rounds_rs $((rounds < 100000 ? rounds : 100000))
elif wanted panic; then
	echo "panic: skipped, no rustc: $(tail -n 1 rustc.log 2>/dev/null)"
fi
rounds_of thread 1000 "${THREADS:-$((rounds / 15))}" ./rounds thread
exit $bad
