#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets version
# What a Go program says of its own stacks, inlined calls included, is what the analyzer says of
# the same addresses, whether or not there are symbols, debug information and section headers; and
# Go's tables say what its debug information says, and its tools.
. "$OUTLIVE_ROOT_DIR/tests/go/lib.sh"
needs gcc python3 strip
make_names
source_of known
cp -r known with_c
cp "$here/known_cgo.go" with_c/cgo.go
gcc -o known_host "$here/known_host.c" -ldl || exit 1
started=(./program)

# Of a build: what it prints against what is known of its addresses.
agree() { # PROGRAM WAY
	"${started[@]}" >known.out || complain "$1 $2: status $?"
	python3 "$here/check.py" ./names "$1" known.out >check.out ||
		complain "go $version $2: $(tail -n 12 check.out)"
	echo "go $version $2: $(tail -n 1 check.out)"
}

# Go 1.19 has no debug entry for what is inlined into a wrapper, and 1.21 names a wrong file for a
# few lines.
debug_agrees() { # PROGRAM
	local different compared
	./names --dwarf "$1" >dwarf.out || complain "go $version: no comparison: $(cat dwarf.out)"
	read -r compared different < <(sed -nE 's/^compared ([0-9]+) .* different ([0-9]+)/\1 \2/p' dwarf.out)
	echo "go $version: debug information: ${compared:-0} places compared, ${different:-?} different"
	[ "${compared:-0}" -gt 5000 ] && [ $((${different:-9999} * 1000)) -le "$compared" ] ||
		complain "go $version: $(cat dwarf.out)"
	return 0
}

# The tools of Go, where they are there or can be built.
tools_agree() { # PROGRAM
	(cd known && "$GO" tool nm -sort address "../$1" && echo 0 | "$GO" tool addr2line "../$1") >nm.out 2>tools.err ||
		{ echo "go $version: no tools: $(tail -n 1 tools.err)"; return; }
	python3 "$here/check_nm.py" ./names "$1" nm.out "$GO" tool addr2line >check.out ||
		complain "go $version: $(tail -n 12 check.out)"
	echo "go $version, nm and addr2line: $(tail -n 1 check.out)"
}

without_sections() { # FILE
	python3 - "$1" <<'PY'
import sys
with open(sys.argv[1], "r+b") as file:
    for at, size in (40, 8), (58, 6):
        file.seek(at)
        file.write(bytes(size))
PY
}

# Build known in a way: the words after its name are for `go build`.
build() { # DIRECTORY CGO [FLAG]...
	local directory=$1 cgo=$2
	shift 2
	(cd "$directory" && CGO_ENABLED=$cgo go_locked "$GO" build "$@" -o ../program .) ||
		{ complain "go $version cannot build $directory $*"; return 1; }
}

# As it is, then without symbols and section headers.
agree_stripped() { # WAY
	agree program "$1"
	[ "$1" != plain ] || { debug_agrees program && tools_agree program; }
	strip program
	without_sections program
	agree program "$1, stripped, no section headers"
}

of_version() {
	build known 0 && agree_stripped plain
	! is_between || return
	build known 0 -buildmode=pie && agree_stripped PIE
	[ "$GO" != go ] || { build known 0 -trimpath && agree_stripped -trimpath; }
	# one segment for code and tables, as linkers made it before 2018
	build with_c 1 "-ldflags=-linkmode=external -extldflags=-Wl,-z,noseparate-code" &&
		agree_stripped "with C, in one segment"
	build with_c 1 -buildmode=pie && agree_stripped "with C, PIE"
	started=(./known_host /program)
	build with_c 1 -buildmode=c-shared && agree_stripped "shared library"
	started=(./program)
}

versions=all
each_go of_version
