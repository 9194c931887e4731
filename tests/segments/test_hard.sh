#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# Processes that are hard to look at: one that maps and unmaps a thousand times a second,
# one with 20,000 mappings, many that vanish while they are read, odd names.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
gcc -O1 -D_GNU_SOURCE -o churn "$OUTLIVE_ROOT_DIR/tests/segments/churn.c" || exit 1

# The rows of one snapshot make its sums, whatever happens meanwhile.
consistent='def sum(rows): reduce rows[] as $row ({}; reduce ($row | to_entries[]) as $e (.; .[$e.key] += $e.value));
	sum([.segments[]]) == .total and sum([.maps[].use]) == .total and (.maps | length) == .mappings and
	([.maps[] | .start, .end | [length, .]] | . == sort)'

start ./churn maps >churn.out
await grep -q ready churn.out
looks=30 lives=100
[ -z "${WHOLE:-}" ] || looks=100 lives=300
for ((i = 0; i < looks; i++)); do
	"$OUTLIVE" segments -f json -b map "$pid" >>looks || complain "look $i: status $?"
done
[ "$(jq "$consistent" looks | sort | uniq -c | tr -s ' ')" = " $looks true" ] ||
	complain "looks at one that maps: $(jq "$consistent" looks | sort | uniq -c)"
timeout 2 "$OUTLIVE" segments -f json -w 0.01 "$pid" >watched
[ $? = 124 ] || complain "--watch ended before the process did"
[ "$(jq -s 'length > 50' watched)" = true ] || complain "watched $(jq -s length watched) times"
[ "$(jq -s 'map(.total.size) | unique | length > 5' watched)" = true ] ||
	complain "watched, and nothing moved"
kill "$pid"

limit=$(cat /proc/sys/vm/max_map_count)
start ./churn many 20000 >many.out
if [ "$limit" -gt 21000 ] && await grep -q ready many.out; then
	hold "20,000 mappings" "$pid"
	expect "$pid" map "$consistent and .mappings > 20000"
else
	echo "20,000 mappings: more than the $limit the kernel allows"
fi
kill "$pid"

# What vanishes is one clear line and status 2, or it was still there.
start ./churn short >pids
seen=0 gone=0
for ((i = 0; i < lives; i++)); do
	short=$(tail -n 1 pids 2>/dev/null)
	[ -n "$short" ] || { sleep 0.02; continue; }
	"$OUTLIVE" segments -b symbol "$((short + i % 3))" >out 2>err
	case $? in
	0) seen=$((seen + 1)); [ ! -s err ] || complain "seen, but: $(cat err)" ;;
	2) gone=$((gone + 1))
		[ "$(wc -l <err)" = 1 ] && [ ! -s out ] &&
			grep -qE ': (no such process|has no memory of its own: a kernel thread, or it has ended)$' err ||
			complain "gone: $(cat err)" ;;
	*) complain "status $? of one that vanished: $(cat err)" ;;
	esac
done
kill "$pid"
echo "short lives: $((seen + gone)) looked at"
[ $gone -gt 0 ] || complain "none vanished"

start ./churn names >names.out 2>names.err
await grep -q ready names.out
cat names.err
hold "odd names" "$pid"
here=$PWD
map_of() { # JQ-CONDITION -> segment, size in pages, deleted
	"$OUTLIVE" segments -f json -b map "$pid" | jq -r --arg here "$here/" \
		".maps[] | select($1) | \"\(.segment) \(.use.size / 4096) \(.deleted)\""
}
is() { # WHAT CONDITION EXPECTED
	local found
	found=$(map_of "$2")
	[ "$found" = "$3" ] || complain "$1: '$found', expected '$3'"
}
is "a newline and an escape code" '.name == $here + "a b\n\u001b[31mc"' "file 5 false"
is "a deleted file" '.name == $here + "gone \"quoted\",\\"' "file 5 true"
is "a memfd" '.name == "/memfd:mem \u001b[31m fd"' "shared 6 true"
is "no UTF-8" '.name | test("no utf-8")' "file 5 false"
[ ! -w /dev/shm ] || is "/dev/shm" '.name | test("^/dev/shm/outlive test")' "shared 5 true"
is "System V" '.name | test("^/SYSV")' "shared 7 true"
grep -q '/\[aio\]' "/proc/$pid/maps" && is "rings of aio" '.name == "/[aio]"' "shared 1 true"
grep -q 'anon_inode:.io_uring' "/proc/$pid/maps" &&
	is "rings of io_uring" '.name == "anon_inode:[io_uring]"' "shared 1 false"
grep -q 'own name' "/proc/$pid/maps" && is "a name of its own" '.name == "[anon:own name]"' "other 9 false"
grep -q vsyscall "/proc/$pid/maps" && is "vsyscall" '.name == "[vsyscall]"' "vdso 1 false"
"$OUTLIVE" segments -b map -f csv "$pid" | python3 -c '
import csv, io, sys
text = sys.stdin.buffer.read().decode("utf-8", "replace")
rows = list(csv.reader(io.StringIO(text, newline="")))
assert {len(row) for row in rows} == {7}, rows
assert any("a b\n?[31mc" in row[0] for row in rows), "name"
assert sum(int(row[2]) for row in rows[1:-1]) == int(rows[-1][2])' || complain "csv"
for by in segment module map thread symbol; do
	"$OUTLIVE" segments -b "$by" "$pid" | grep -q "$(printf '\033')" && complain "$by prints an escape code"
done
if [ "$(awk '/AnonHugePages/ { s += $2 } END { print (s > 0) }' "/proc/$pid/smaps")" = 1 ]; then
	expect "$pid" segment '[.oddities[] | select(.kind == "huge_pages" and .bytes > 0)] | length == 1'
	"$OUTLIVE" segments "$pid" | grep -q 'are in huge pages' || complain "huge pages are not shown"
else
	echo "huge pages: the kernel gave none"
fi
