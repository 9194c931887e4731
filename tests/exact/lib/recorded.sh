# shellcheck shell=bash
# recorded.sh - for the tests of this folder: run something with return stubs, and look at
# the rings it leaves. Wants $root, $library, $outlive.
# shellcheck disable=SC2154 # root, library and outlive are the sourcing script's
: "$root" "$library" "$outlive"

[ -x ./ring_says ] || gcc -O1 -I"$root/include" -o ring_says "$here/lib/ring_says.c" || exit 1

# Run it with a flight ring in ./rings, which is emptied first.
recorded() { # COMMAND...
	rm -rf rings && mkdir rings || exit 1
	timeout "${SECONDS_MAX:-60}" env OUTLIVE_DIR="$PWD/rings" OUTLIVE_POLICY=flight \
		OUTLIVE_RING="${RING_BYTES:-16777216}" LD_PRELOAD="$library" "$@"
}

# Every ring was exact, and no frame in it went without a stub for want of one (or, asked
# for, some did). The newest must read.
rings_check() { # "" or "must run out"
	local reported ring
	ring=$(ls -t rings/*.ring 2>/dev/null | head -n 1)
	[ -n "$ring" ] || { echo "it left no ring"; return 1; }
	reported=$(./ring_says rings/*.ring) || return 1
	if grep -q '^plain' <<<"$reported"; then
		echo "not exact: $reported"
		return 1
	elif [ -z "$1" ] && grep -qv ' stubs=0 ' <<<"$reported"; then
		echo "stubs ran out: $reported"
		return 1
	elif [ -n "$1" ] && ! grep -qv ' stubs=0 ' <<<"$reported"; then
		echo "no stub ran out: $reported"
		return 1
	elif grep -qv ' events=0 ' <<<"$reported"; then
		echo "events were lost: $reported"
		return 1
	fi
	ring_is_sound "$ring"
}

# A ring reads to its end: no record in it says what cannot be. A report of all call paths takes a second
# where there are thousands: SITES is 0 where all are needed.
ring_is_sound() { # RING
	"$outlive" report --format json --top "${SITES:-1}" "$1" >report.json 2>report.err ||
		{ echo "the ring does not read: $(tail -n 2 report.err)"; return 1; }
	jq -e '.process.lost.damaged == 0' report.json >/dev/null ||
		{ echo "the ring is damaged: $(tail -n 2 report.err)"; return 1; }
}

# No block of the ring of report.json is inferred.
all_exact() {
	local inferred
	inferred=$(jq '.classes | .inferred.blocks + .unknown.blocks' report.json)
	[ "$inferred" = 0 ] || { echo "$inferred blocks are inferred"; return 1; }
}
