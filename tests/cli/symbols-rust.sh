#!/bin/bash
# shellcheck disable=SC2015 # A && B || C
# The levels of debug information of rustc: what each shows of the program's own functions, held
# against the full one; and what is reported where some is missing. The standard library has its
# own.
unset DEBUGINFOD_URLS
export COLUMNS=1000
command -v rustc >/dev/null && rustc --version >/dev/null 2>&1 || { echo "no rustc" >&2; exit 77; }
cat >program.rs <<'RUST'
use std::hint::black_box;

#[inline]
fn wrap(size: usize) -> Vec<u8> {
    Vec::with_capacity(size)
}

#[inline]
fn make(number: usize) -> Vec<u8> {
    let made = wrap(10 + number % 7);
    black_box(made)
}

#[inline]
fn once(number: usize) {
    drop(make(number));
}

#[inline(never)]
fn keep(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| make(number)).collect()
}

fn main() {
    for number in 0..200 {
        once(number);
    }
    let kept = keep(50);
    black_box(&kept);
    drop(kept);
}
RUST
# Of each call path in the program's functions: these, without module paths, and what became of its
# blocks.
said() { # TRACE
	"$OUTLIVE" report -f json --by path --top 0 "$1" | jq -c '.sites[]
		| [[.frames[] | select((.file | endswith("program.rs")) or (.function | startswith("program::")))
			| [(.function | sub(".*::"; "") | sub("closure#0"; "{closure}")),
				(.file | sub(".*/"; "")), .line, .inlined]],
			.allocations, (.classes | map_values(select(.blocks > 0) | .blocks))]
		| select(.[0] != [])' | sort | uniq -c
}
record() { # FLAG..
	rm -f ./*.dwo ./*.dwp program
	rustc --edition 2021 -O "$@" program.rs 2>rustc.err || { cat rustc.err >&2; exit 77; }
	"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
}
gaps() {
	"$OUTLIVE" report --full trace | grep -E 'no debug information|is split' |
		sed -E "s:$PWD/::g; s/program\.[^ ]*dwo/UNIT.dwo/; s/them/it/; s/[0-9.]+%/SHARE%/
			s/ and [0-9]+ more files were/ was/"
	"$OUTLIVE" report -f json trace | jq -r '.. | .no_debug_information? // empty | .[]
		| select(.module | endswith("/program"))
		| "partial: \(.partial), of \(.allocations) allocations"'
}
record -C debuginfo=2
said trace | tee full
gaps
# The standard library has these functions, too: they are the same ones.
"$OUTLIVE" report -f json --by path --top 0 trace |
	jq -r '[.sites[].frames[] | select(.declared | test("library/")) | [.function, .declared]] | unique
		| group_by(.[0]) | map(select(length > 1)) | "declared twice: \(length)"'
"$OUTLIVE" report -f json --by path --top 0 trace |
	jq '[.sites[].frames[] | select(.function == "alloc::alloc::alloc") | .file] | unique | length'
for flags in debuginfo=1 debuginfo=line-tables-only debuginfo=line-directives-only debuginfo=0 \
	"debuginfo=2 -C split-debuginfo=packed" "debuginfo=2 -C split-debuginfo=unpacked" \
	"debuginfo=1 -C split-debuginfo=packed" \
	"debuginfo=2 -C split-debuginfo=packed -C dwarf-version=5"; do
	# shellcheck disable=SC2086 # several words
	record -C $flags
	said trace >said
	cmp -s said full && echo "$flags: the same" || { echo "$flags:"; cat said; }
	gaps
	[[ $flags = *split* ]] || continue
	rm -f ./*.dwo ./*.dwp
	"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
	said trace | cmp -s - full && echo "the same without its files"
	gaps
done
