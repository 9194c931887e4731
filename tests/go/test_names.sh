#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets version
# What a Go program says of its own stacks, inlined calls included, is what the analyzer says of
# the same addresses, whether or not there are symbols, debug information and section headers; and
# Go's tables say what its debug information says.
. "$OUTLIVE_ROOT_DIR/tests/go/lib.sh"
needs gcc python3 strip
make_names
source_of known

# Of a build: what it prints against what is known of its addresses.
agree() { # PROGRAM WAY
	"./$1" >known.out || complain "$1 $2: status $?"
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

of_version() {
	local way
	for way in "" -trimpath -buildmode=pie; do
		(cd known && CGO_ENABLED=0 "$GO" build ${way:+"$way"} -o ../program .) ||
			{ complain "go $version cannot build known $way"; continue; }
		agree program "${way:-plain}"
		[ -n "$way" ] || debug_agrees program
		strip program
		without_sections program
		agree program "${way:-plain}, stripped, no section headers"
	done
}

each_go of_version
