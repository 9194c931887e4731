#!/bin/bash
# A sample of the blocks: estimates of a program that knows its own totals are within five of their
# standard errors; classes are those of the full recording; every view says what it is.
${CC:-gcc} -O1 -g -w -pthread -o known "$OUTLIVE_ROOT_DIR/tests/bench/known.c"

# shellcheck disable=SC2016
# Whether the estimates of a report are within five standard errors, and what libc adds, of the truth.
near='def near($key): .[0].totals[$key] as $is | .[0].sample.standard_error[$key] as $error |
	.[1][$key] as $true | ($is - $true | fabs) <= 5 * $error + 0.002 * $true + 100;
	"\(.[0].sample.bytes) \(.[0].sample.blocks_seen > 300) \(.[0].sample.lost_blocks)",
	([near("allocations", "bytes", "live_blocks", "live_bytes")] | tostring),
	# An error that is as large as what it belongs to would hold for anything. That of the peak may be
	# 0, if nothing but blocks of 8 MiB, which are certain to be sampled, was live then.
	(.[0].totals as $t | .[0].sample.standard_error | "\(.bytes > 0 and .bytes < $t.bytes / 5 and
		.live_bytes > 0 and .live_bytes < $t.live_bytes / 2 and
		(.peak_bytes > 0 or $t.peak_bytes == 8388608 * $t.peak_blocks) and .allocations > 0 and .live_blocks > 0)"),
	# each block of a sample ends or is live
	(.[0].totals | "\(.allocations >= .frees + .live_blocks) \(.temporary)")'
verdicts='[.sites[] | {key: (.frames[0].function // ""), value: .verdict} |
	select(.key | IN("local", "passed_up", "leaked"))] | unique | map("\(.key) \(.value)")[]'

"$OUTLIVE" run -q --sample 32K -o sampled -- ./known >truth 2>stderr
echo "status $?"
"$OUTLIVE" report --format json --top 0 sampled >sampled.json
jq -rs "$near" sampled.json truth
jq -r "$verdicts" sampled.json
"$OUTLIVE" run -q -o full -- ./known >/dev/null 2>stderr
"$OUTLIVE" report --format json --top 0 full >full.json
jq -r "$verdicts" full.json
jq -r '"full: \(has("sample")) \(.sites[0] | has("standard_error"))"' full.json

echo "reallocs:"
jq -rs '(.[0].totals.reallocs / .[1].totals.reallocs) as $part | "\($part > 0.5 and $part < 1.5)"' \
	sampled.json full.json
echo "rows:"
jq -r '[.sites[].standard_error | .bytes >= 0 and .allocations >= 0] | all' sampled.json

echo "views:"
for view in "" "--by function" "--by owner" "--by module" "--class stack-like" "--advice" "--kept" \
	"--why local" "--stacks"; do
	# shellcheck disable=SC2086
	"$OUTLIVE" report $view sampled >text 2>&1
	echo "$view: $(grep -c 'estimates *1 in 32.0 KiB was sampled' text)"
done
"$OUTLIVE" report --why local sampled | grep -o 'a sample cannot show how many' | head -n 1
"$OUTLIVE" report --kept sampled | grep -o 'a sample of the blocks cannot show what' | head -n 1
"$OUTLIVE" report --by function sampled | grep -c ' error '
"$OUTLIVE" report sampled | grep -c -e '+- ' -e "$(printf '\302\261')"
! "$OUTLIVE" report sampled | grep -i 'temporary'
"$OUTLIVE" info sampled | grep -o 'sample  *1 in 32.0 KiB'

echo "flight:"
"$OUTLIVE" run -q --flight --ring 1M --sample 32K -o flight -- ./known >truth 2>stderr
echo "status $?"
"$OUTLIVE" report --format json --top 0 flight >flight.json
jq -rs "$near" flight.json truth

echo "children:"
"$OUTLIVE" run -q --sample 32K -o children -- ./known fork >truth 2>stderr
echo "status $?"
count=$("$OUTLIVE" report --format json children | jq '.processes | length')
for ((i = 0; i < count; i++)); do
	"$OUTLIVE" report --process "$i" --format json children
done | jq -r '"\(.sample.bytes) \(.totals.bytes > 20000000)"' | sort

echo "refused:"
"$OUTLIVE" run --sample 2G -- ./known 2>&1 | head -n 1
"$OUTLIVE" run --sample some -- ./known 2>&1 | head -n 1
