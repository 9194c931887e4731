# source_lib.sh - the oracle of source frames. Each script builds a program twice at -O2: with
# hooks in all functions of its source, which run for inlined ones as well, and as it is. The
# first one runs with the oracle's allocator, the second one is recorded. Both make the same
# allocations in the same order, so they are held against each other block by block
# (tests/sources/check.py). Hooks change what is inlined and which calls become jumps, which is
# why it takes two builds.
#
# A script has a line "limits: WRONG OPEN" (per cent) in its first comment if it has reasons for
# more than 0.1 and 5. Source it; the working directory is the test's own.
# shellcheck shell=bash disable=SC2054,SC2016,SC2015 # -Wl,; expanded by another shell
. "$OUTLIVE_ROOT_DIR/tests/oracle/lib.sh"

# The hook at a function's end must not become a jump, as its frame would be gone by then.
hook_flags=(-finstrument-functions -fno-omit-frame-pointer -fno-optimize-sibling-calls
	-fexceptions)
oracle_libs=(-Wl,--no-as-needed "$PWD/liboracle.so" -Wl,--as-needed
	-Wl,--export-dynamic-symbol=main)

make_oracle liboracle.so -DORACLE_SOURCE
make_tool source_truth "$here/source_truth.c"
make_tool source_blocks "$OUTLIVE_ROOT_DIR/tests/sources/source_blocks.c" \
	-Wl,--wrap=block_lives_begin,--wrap=block_lives_end \
	-Wl,--wrap=block_lives_missed,--wrap=path_life_end

# Build `hooked/NAME` and `inline/NAME` from SOURCE.. with FLAG..: two paths of one length.
build_both() { # NAME SOURCE.. -- FLAG..
	local way source
	local -a sources=() more libs
	name=$1
	shift
	for (( ; $#; )); do
		source=$1
		shift
		[ "$source" != -- ] || break
		sources+=("$source")
	done
	for way in hooked inline; do
		[ ! -e "$way/$name" ] || continue # of an earlier run in this directory
		mkdir -p "$way"
		more=() libs=()
		[ $way = inline ] || { more=("${hook_flags[@]}"); libs=("${oracle_libs[@]}"); }
		for source in "${sources[@]}"; do
			printf '%s\0' "$source" "$way/${source//\//_}.o"
		done | FLAGS="-O2 -g -w $* ${more[*]}" xargs -0 -n 2 -P 2 bash -c \
			'g++ $FLAGS -c -o "$2" "$1"' compile || exit 1
		g++ -O2 -g -o "$way/$name" "$way"/*.o "${libs[@]}" -pthread || exit 1
	done
}

# Run both builds with ARG.., and compare all blocks. WORKLOAD names the files.
hold() { # WORKLOAD ARG..
	local workload=$1
	shift
	mkdir -p truth "$workload"
	rm -f log
	ORACLE_LOG=$PWD/log "hooked/$name" "$@" >hooked.out 2>hooked.err </dev/null
	echo "status $?" >>hooked.out
	"$OUTLIVE" run -q -o trace -- "inline/$name" "$@" >inline.out 2>inline.err </dev/null
	echo "status $?" >>inline.out
	# Their paths differ, and so do times, if the script says how they look.
	sed -i "s,hooked/,inline/,g; s/${times:-^$}/TIME/g" hooked.out inline.out
	cmp hooked.out inline.out || complain "$workload: the builds do not do the same"
	./source_truth log "$PWD/hooked/$name" >truth/blocks && ./source_blocks trace >"$workload/blocks" || {
		complain "$workload: cannot be compared"
		return
	}
	python3 "$OUTLIVE_ROOT_DIR/tests/sources/check.py" "${kind:-ordinary}" "$name" "$0" truth/blocks \
		"$workload/blocks" || complain "$workload: see above"
	[ -n "${OUTLIVE_KEEP:-}" ] || rm -f log trace {truth,"$workload"}/blocks
}
