#!/bin/bash
# An allocator that calls itself by its public names: each block is one, that of the outer
# call, and nothing is lost. A signal handler that allocates while the allocator runs is not
# recorded, and each of its calls is one loss, on whichever stack it runs.
set -u
case ${OUTLIVE_SANITIZE:-} in
*address* | *thread*)
	echo "a sanitizer's outlive cannot be started with another malloc preloaded"
	exit 77
	;;
esac
lib=$OUTLIVE_ROOT_DIR/tests/stress/lib
bad=0

gcc -O1 -fno-builtin -shared -fPIC -D_GNU_SOURCE -o allocator.so "$lib/nested_allocator.c" &&
	gcc -g -O1 -fno-builtin -D_GNU_SOURCE -pthread -o target "$lib/nested_target.c" || exit 1

# LOST ARGUMENT...: so many events are lost, and the blocks of work() are all there.
check() {
	local lost=$1 reported
	shift
	LD_PRELOAD=$PWD/allocator.so "$OUTLIVE" run -q -o trace -- ./target "$@" || bad=1
	reported=$("$OUTLIVE" report --format json trace | jq -c '[([.sites[] | select(
		any(.frames[]; .function == "work")) | .allocations, .frees] | add),
		.lost.nested, .totals.unknown_frees]')
	# 4 allocations, one of them a realloc, and 4 ends of each of 100 rounds, on 2 threads
	[ "$reported" = "[1600,$lost,0]" ] || { echo "$*: $reported"; bad=1; }
}

check 0
check 6 same
check 6 other
exit $bad
