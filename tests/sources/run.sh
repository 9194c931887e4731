#!/bin/bash
# run.sh SOURCE - build a program of this folder in every way, record it, and compare each build
# with the one without optimization (check.py). The working directory is the test's own.
#
# Words of the source's first comment: "build: FLAG.."; "parts: N": N units, each with
# -DPART=1..N; "needs: MACRO" of the compiler; "needs-header: FILE"; "truth:" see check.py.
# "limits: WRONG OPEN": per cent, of a program that has reasons for more than others.
# A folder is a crate of Rust.
# SOURCES_WAYS has the builds to compare, as -O2 or -flto (-O2 with it); all is the default.
set -u
here=$OUTLIVE_ROOT_DIR/tests/sources
build=$(dirname "$OUTLIVE")
source=$1 name=$(basename "${1%.*}")
kind=${KIND:-ordinary}
read -ra ways <<<"${SOURCES_WAYS:--O2 -O3 -flto}"
bad=0 compared=0 reasons=()

word() { # NAME: what follows "NAME:" in the first comment
	sed -n "1,20s/^[ /*]*$1: //p" "$source" | head -n 1
}

# The tool that prints blocks.
make_tool() {
	local -a sanitize
	[ -e "$build/analyzer.a" ] || { echo "no $build/analyzer.a: make sources builds it"; exit 1; }
	read -ra sanitize <<<"${OUTLIVE_SANITIZE:-}"
	gcc -std=gnu11 -O2 -g -D_GNU_SOURCE "${sanitize[@]}" -I"$OUTLIVE_ROOT_DIR/include" \
		-I"$OUTLIVE_ROOT_DIR/analyzer" -o source_blocks "$here/source_blocks.c" \
		-fno-lto "$build/analyzer.a" -Wl,--wrap=block_lives_begin,--wrap=block_lives_end \
		-Wl,--wrap=block_lives_missed,--wrap=path_life_end \
		-ldw -lelf -lzstd -liberty -lZydis -lpthread || exit 1
}

# The name of a build, which is its directory's, too.
way_name() { # COMPILER WAY
	case $2 in -flto) echo "$1-O2-flto" ;; *) echo "$1$2" ;; esac
}

build_c() { # COMPILER WAY DIRECTORY
	local -a flags=(-g -fno-builtin -w) more objects=()
	local part parts
	parts=$(word parts)
	read -ra more <<<"$(word build)"
	case $source in *.cpp) flags+=(-std=c++20) ;; *) flags+=(-std=gnu11) ;; esac
	case $1:$2 in
	clang*:-flto) flags+=(-O2 -flto -fuse-ld=lld) ;;
	*:-flto) flags+=(-O2 -flto) ;;
	*) flags+=("$2") ;;
	esac
	if [ -z "$parts" ]; then
		"$1" "${flags[@]}" "${more[@]}" -o "$3/$name" "$source"
		return
	fi
	for ((part = 1; part <= parts; part++)); do
		"$1" "${flags[@]}" "${more[@]}" -DPART=$part -c -o "$3/$part.o" "$source" || return 1
		objects+=("$3/$part.o")
	done
	"$1" "${flags[@]}" "${more[@]}" -o "$3/$name" "${objects[@]}"
}

build_rust() { # WAY DIRECTORY
	local -a flags=(-g)
	local lto=off
	case $1 in
	-flto)
		[ -d "$source" ] || flags+=(-C lto=fat)
		flags+=(-C opt-level=3 -C codegen-units=1)
		lto=fat
		;;
	*) flags+=(-C "opt-level=${1#-O}") ;;
	esac
	if [ -d "$source" ]; then
		# With a target, macros are built without these flags: once for all ways.
		CARGO_TARGET_DIR=target RUSTFLAGS="${flags[*]}" CARGO_PROFILE_RELEASE_LTO=$lto \
			CARGO_NET_OFFLINE=${crates_offline:-false} \
			cargo build -q --release --target "$host" --manifest-path crate/Cargo.toml &&
			mv "target/$host/release/$name" "$2/$name"
	else
		rustc "${flags[@]}" --edition 2021 -o "$2/$name" "$source"
	fi
}

# Build one way, run it, and print its blocks to DIRECTORY/blocks.
try() { # COMPILER WAY
	local dir
	dir=$(way_name "$1" "$2")
	mkdir -p "$dir"
	if [ -e "$dir/$name" ]; then
		: # of an earlier run in this directory
	elif [ "$1" = rustc ]; then
		build_rust "$2" "$dir"
	else
		build_c "$1" "$2" "$dir"
	fi >"$dir/build.log" 2>&1 || { reasons+=("$dir is not built: $(grep -m 1 -iE 'error|cannot' "$dir/build.log")"); return 1; }
	(cd "$dir" && "$OUTLIVE" run -q -o trace -- "./$name" >/dev/null 2>run.log </dev/null) &&
		./source_blocks "$dir/trace" >"$dir/blocks" ||
		{ cat "$dir/run.log"; echo "$dir: could not be recorded"; bad=1; return 1; }
	rm -f "${dir:?}/trace"
}

compare_builds() { # COMPILER
	local way truth
	local -a blocks=()
	try "$1" -O0 || return
	truth=$(way_name "$1" -O0)/blocks
	for way in "${ways[@]}"; do
		try "$1" "$way" && blocks+=("$(way_name "$1" "$way")/blocks")
	done
	[ ${#blocks[@]} -gt 0 ] || return
	compared=$((compared + 1))
	python3 "$here/check.py" "$kind" "$name" "$header" "$truth" "${blocks[@]}" >"all.$1" || bad=1
	cat "all.$1"
}

has() { # COMPILER: whether it is there and has what the source needs
	local what
	command -v "$1" >/dev/null || { reasons+=("no $1"); return 1; }
	what=$(word needs)
	[ -z "$what" ] || echo "$what" | "$1" -std=c++20 -x c++ -E -P - 2>/dev/null | grep -qE '^[0-9]+L?$' ||
		{ reasons+=("$1 has no $what"); return 1; }
	what=$(word needs-header)
	[ -z "$what" ] || echo "#include <$what>" | "$1" -std=c++20 -x c++ -E - >/dev/null 2>&1 ||
		{ reasons+=("no header $what: make deps-test installs it"); return 1; }
}

header=$source
case $source in
*.cpp) compilers=(g++ clang++) ;;
*.c) compilers=(gcc clang) ;;
*)
	compilers=(rustc)
	if [ -d "$source" ]; then
		cp -r "$source" crate
		# The user's own cannot be written here: run.sh confines tests.
		export CARGO_HOME=$OUTLIVE_ROOT_DIR/build/sources/cargo
		header=$source/src/main.rs
		host=$(rustc -vV | sed -n 's/^host: //p')
		command -v cargo >/dev/null && cargo fetch -q --manifest-path crate/Cargo.toml 2>fetch.log ||
			{ echo "its crates could not be fetched: $(tail -n 1 fetch.log)"; exit 77; }
	fi
	;;
esac
make_tool
for compiler in ${SOURCES_COMPILERS:-"${compilers[@]}"}; do
	if [ ! -d "$source" ]; then has "$compiler" || continue; fi
	compare_builds "$compiler"
done
# "cache all blocks 100 open 0.00% wrong 0.000%", a line a compiler
most=$(sed -n '1,20s/^[ /*]*limits: [^ ]* //p' "$header" | head -n 1)
cat all.* 2>/dev/null | awk -v kind="$kind" -v most="${most:-5}" '$2 == "all" { blocks += $4; opened += $4 * $6 / 100 }
	END {
		if (kind == "ordinary" && opened > blocks * most / 100)
			exit 1
	}' || { bad=1; echo "$name: TOO MANY: at most ${most:-5}% may be open"; }
[ ${#reasons[@]} = 0 ] || printf '%s\n' "${reasons[@]}"
[ $compared != 0 ] || exit $((bad ? 1 : 77))
exit $bad
