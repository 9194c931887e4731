#!/bin/bash
# An allocator the program brings along, linked or preloaded after us, is still the one
# that serves the memory: by its own statistics, and by the usable size of a block, which
# must be the same as without outlive. Every call is recorded all the same.
set -u
source=$OUTLIVE_ROOT_DIR/tests/stress/lib/allocator_target.c
build=(gcc -g -O1 -fno-builtin -D_GNU_SOURCE "-Wl,--no-as-needed")
declare -A libraries=([jemalloc]=libjemalloc.so.2 [tcmalloc]=libtcmalloc_minimal.so.4
	[mimalloc]=libmimalloc.so.2)
bad=0 checked=0

"${build[@]}" -o plain "$source" || exit 1

# NAME COMMAND...: what it prints must begin with NAME, and be the same with outlive.
check() {
	local name=$1 bare recorded
	shift
	bare=$(env "$@" 2>&1)
	recorded=$(env "${@:1:$#-1}" "$OUTLIVE" run -q -o trace -- "${@: -1}" 2>stderr)
	checked=$((checked + 1))
	if [[ $bare != "$name "* ]]; then
		echo "$*: bare, it says '$bare'"
		bad=1
	elif [ "$bare" != "$recorded" ]; then
		echo "$*: '$bare' became '$recorded'"; cat stderr
		bad=1
	fi
	allocations=$("$OUTLIVE" report --format json trace | jq '[.sites[] |
		select(any(.frames[]; .function == "allocate") or
		.frames[0].function == "allocator_name")] | map(.allocations) | add')
	# 7 blocks, the malloc(8) before the realloc, and 1000 of allocator_name.
	echo "$*: $recorded, $allocations allocations"
	[ "$allocations" = 1008 ] || { echo "1008 allocations expected"; bad=1; }
}

check glibc ./plain
for name in jemalloc tcmalloc mimalloc; do
	if ! "${build[@]}" -o "linked_$name" "$source" "-l:${libraries[$name]}" 2>/dev/null; then
		echo "$name: not installed (make deps-test)"
		continue
	fi
	check $name "./linked_$name"
	# A sanitizer's outlive cannot be started with another malloc preloaded.
	case ${OUTLIVE_SANITIZE:-} in *address* | *thread*) continue ;; esac
	check $name "LD_PRELOAD=${libraries[$name]}" ./plain
done
[ $checked -ge 3 ] || exit 77
exit $bad
