#!/bin/bash
# run.sh [PROGRAM..] - does advice pay? For each program of this folder: fetch it, build it, record
# it, and for each patch (which follows one piece of advice) build it again, and hold what the
# advice promised against what is measured. `make advice` runs it; docs/advice.md has the table.
#
# A patch N-what.patch says in its first line what advice it follows, as a pattern of bash. Calls,
# bytes and peak are counted by outlive and by count.c, which must agree; the time is what bare runs
# take of the processor, paired and alternating (pairs.c). PAIRS=N runs N pairs (21).
#
# A promise is kept if the calls and bytes saved are within 10 % of it (or within 1 % of all bytes
# that the program asks for, as an arena promises none), and the time within a factor of 2 of its
# range. If the quartiles of what pairs saved lie on both sides of 0, the time is that of the saved
# instructions, as valgrind counts them, at the speed of the whole program. Exits 1 if less was
# saved than promised (more is reported, and is no failure), if a patch changes the output, or if
# an advice that a patch follows is no longer given.
set -u
shopt -s nullglob
cd "$(dirname "$0")/../.." || exit 2
root=$PWD
here=$root/tests/advice
work=$root/build/advice
outlive=${OUTLIVE:-$root/build/outlive}
bad=0
mkdir -p "$work"

fail() { # TEXT..
	echo "advice: $*" >&2
	exit 1
}

# ---- sources ---------------------------------------------------------------------------------

# Debian's source of a version, whose .dsc has this SHA-256 (it has those of the other files), by
# lists of its own that leave the system's alone.
debian_source() { # PACKAGE VERSION SHA256 DIRECTORY
	local store=$root/build/sources dsc
	local -a options=(-q -o "Dir::Etc::SourceList=$store/bookworm.list"
		-o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$store/bookworm"
		-o "Dir::Cache=$store/cache" -o APT::Sandbox::User=root)

	dsc=$store/${1}_${2#*:}.dsc
	mkdir -p "$store"/{bookworm,cache/archives}/partial
	echo "deb-src http://deb.debian.org/debian bookworm main" >"$store/bookworm.list"
	if ! [ -e "$dsc" ]; then
		[ -n "$(find "$store/bookworm" -name '*Sources*' -print -quit)" ] ||
			apt-get "${options[@]}" update || fail "no list of Debian's sources"
		(cd "$store" && apt-get "${options[@]}" source --only-source --download-only "$1=$2") ||
			fail "$1 $2 could not be fetched"
	fi >&2
	echo "$3  $dsc" | sha256sum -c --quiet || fail "$dsc is another"
	dpkg-source --require-strong-checksums -x "$dsc" "$4" >/dev/null 2>&1 ||
		fail "$dsc: not unpacked"
}

# PyPI's source of a version; pip refuses it if it has another SHA-256.
python_source() { # PACKAGE VERSION SHA256 DIRECTORY
	local store=$root/build/sources

	[ -e "$store/$1-$2.tar.gz" ] ||
		/usr/bin/python3 -m pip download -q --no-binary :all: --no-deps -d "$store" \
			-r <(echo "$1==$2 --hash=sha256:$3") >&2 || fail "$1 $2 could not be fetched"
	mkdir -p "$4"
	tar -xf "$store/$1-$2.tar.gz" -C "$4" --strip-components=1
}

# The source of a crate, which cargo fetches into a home of its own; it checks those of its
# dependencies by the lock file beside program.sh.
crate_source() { # CRATE VERSION SHA256 DIRECTORY
	local store=$root/build/sources crate
	local -x CARGO_HOME=$store/cargo

	mkdir -p "$store/$1/src" "$4"
	printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n' \
		>"$store/$1/Cargo.toml"
	echo "$1 = \"=$2\"" >>"$store/$1/Cargo.toml"
	: >"$store/$1/src/lib.rs"
	crate=$(find "$CARGO_HOME/registry/cache" -name "$1-$2.crate" 2>/dev/null | head -n 1)
	if [ -z "$crate" ]; then
		cargo fetch -q --manifest-path "$store/$1/Cargo.toml" >&2
		crate=$(find "$CARGO_HOME/registry/cache" -name "$1-$2.crate" | head -n 1)
	fi
	echo "$3  $crate" | sha256sum -c --quiet || fail "$1 $2 could not be fetched, or is another"
	tar -xf "$crate" -C "$4" --strip-components=1
}

# ---- measuring -------------------------------------------------------------------------------

# Record the program of DIRECTORY: DIRECTORY/output and DIRECTORY/report.json; a second run, without
# outlive, counts.
record() { # DIRECTORY
	(
		cd "$1" || exit 1
		"$outlive" run -q -o trace.outlive -- "${command[@]}" >output.all 2>errors </dev/null &&
			"$outlive" report --format json "${report_options[@]}" trace.outlive \
				>report.json && clean <output.all >output &&
			ADVICE_COUNT=counts LD_PRELOAD=$work/count.so "${command[@]}" >output.all \
				2>errors </dev/null && clean <output.all | cmp output - &&
			instructions >instructions
	) || fail "$1: ${command[*]} failed"
}

# How many instructions the program takes: as many in each run. 0: nothing here can count them.
instructions() {
	command -v valgrind >/dev/null || { echo 0; return; }
	valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null --trace-children=yes \
		"${command[@]}" 2>&1 >/dev/null </dev/null | sed -n 's/,//g; s/.*I *refs: *//p' | tail -n 1
}

total() { # DIRECTORY NAME
	jq ".totals.$2" "$1/report.json"
}

# outlive and count.c may differ by what the loader and libc do for each of them.
agree() { # DIRECTORY
	local calls bytes _
	read -r calls bytes _ <"$1/counts"
	awk -v a="$(total "$1" allocations)" -v b="$calls" -v c="$(total "$1" bytes)" -v d="$bytes" '
		function far(x, y) { return (x > y ? x - y : y - x) > y / 1000 }
		BEGIN { exit far(a, b) || far(c, d) }' ||
		{ echo "WRONG: $1: outlive counts otherwise than count.c: $calls calls, $bytes B"; bad=1; }
}

# The first advice whose text the pattern matches, as "rank calls bytes tenth-of-all-bytes ns
# ns-most text"; "-" for both times: none is promised.
promise() { # REPORT PATTERN
	local line text
	while IFS= read -r line; do
		text=${line#*$'\t'*$'\t'*$'\t'*$'\t'*$'\t'*$'\t'}
		# shellcheck disable=SC2053 # a pattern
		[[ $text == $2 ]] && { printf '%s\n' "$line"; return; }
	done < <(jq -r '.totals.bytes as $bytes | .advice | to_entries[] | .value as $a |
		[.key + 1, $a.saves_calls, $a.saves_bytes, $bytes / 10] +
		(if $a.has_time then [$a.saves_ns_least, $a.saves_ns_most] else ["-", "-"] end) +
		[$a.text] | @tsv' "$1")
	return 1
}

# One line of the table, its columns apart by tabs.
follow() { # PROGRAM PATCH
	local name=${2##*/} base=$work/$1/base tree pattern found
	name=${name%.patch}
	tree=$work/$1/$name
	pattern=$(sed -n '1s/^Advice: //p' "$2")
	found=$(promise "$base/report.json" "$pattern") ||
		{ echo "WRONG: $1/$name: no such advice is given: $pattern"; bad=1; return; }
	rm -rf "$tree"
	cp -a "$base" "$tree"
	(cd "$tree" && patch -s -p1 <"$2" && build >build.log 2>&1) ||
		{ tail "$tree/build.log" >&2; fail "$1/$name: cannot be built"; }
	record "$tree"
	agree "$tree"
	cmp "$base/output" "$tree/output" || { echo "WRONG: $1/$name: another output"; bad=1; }
	"$work/pairs" "${PAIRS:-21}" "$base" "$tree" "${command[@]}" >"$tree/times" ||
		fail "$1/$name: a run failed"
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$name" \
		"$(($(total "$base" allocations) - $(total "$tree" allocations)))" \
		"$(($(total "$base" bytes) - $(total "$tree" bytes)))" \
		"$(total "$base" peak_bytes)" "$(total "$tree" peak_bytes)" \
		"$(cat "$base/instructions" "$tree/instructions" "$tree/times" | tr '\n' ' ')" \
		"$found" >>"$work/$1.tsv"
}

one() { # PROGRAM
	local patch
	local -a command=() report_options=()
	local title workload

	clean() { cat; } # what of the output is the same in each run
	# shellcheck source=/dev/null
	. "$here/$1/program.sh"
	mkdir -p "$work/$1"
	: >"$work/$1.tsv"
	rm -rf "${work:?}/$1/base"
	get "$work/$1/base"
	input "$work/$1/input"
	echo "== $title: $workload" >&2
	(cd "$work/$1/base" && build >build.log 2>&1) ||
		{ tail "$work/$1/base/build.log" >&2; fail "$1: cannot be built"; }
	record "$work/$1/base"
	agree "$work/$1/base"
	for patch in "$here/$1"/[0-9]*.patch; do
		follow "$1" "$patch"
	done
}

gcc -O2 -o "$work/pairs" "$here/pairs.c" && gcc -O2 -fPIC -shared -fno-builtin \
	-o "$work/count.so" "$here/count.c" || exit 1
if [ $# = 0 ]; then
	set -- "$here"/*/program.sh
	set -- "${@%/program.sh}"
	set -- "${@##*/}"
fi
for program in "$@"; do
	one "$program"
done
(cd "$work" && awk -F '\t' -f "$here/table.awk" "${@/%/.tsv}") || bad=1
exit $bad
