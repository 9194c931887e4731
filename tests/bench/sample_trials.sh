#!/bin/bash
# sample_trials.sh - how often the estimates of a sample are within two of their standard errors of what
# a full recording of the same program says: TRIALS (300) samples of one byte in SAMPLE (16K). 95 of 100
# are to be. Ends with status 1 if fewer than 92 of 100 are, of calls, bytes, live bytes or the peak:
# chance alone makes that of one figure in seventy.
set -u
cd "$(dirname "$0")/../.." || exit 2
if [ -z "${OUTLIVE_CONFINED:-}" ]; then
	export OUTLIVE_CONFINED=yes
	exec bash tests/run/confined.sh /tmp "${TMPDIR:-/tmp}" /dev/shm -- bash tests/bench/sample_trials.sh "$@"
fi
root=$PWD
outlive=${OUTLIVE:-$root/build/outlive}
trials=${TRIALS:-300}
work=$(mktemp -d "${TMPDIR:-/tmp}/outlive-trials.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
${CC:-gcc} -O1 -g -w -pthread -o known "$root/tests/bench/known.c" || exit 2
"$outlive" run -q -o full -- ./known alone >/dev/null 2>&1 || exit 2
"$outlive" report --format json --top 1 full >full.json || exit 2
for ((i = 0; i < trials; i++)); do
	"$outlive" run -q --segments-every 0 --sample "${SAMPLE:-16K}" -o sample -- ./known alone \
		>/dev/null 2>&1 || exit 2
	"$outlive" report --format json --top 1 sample >sample.json || exit 2
	jq -cs '.[0].totals as $true | .[1] | .totals as $is | .sample.standard_error |
		to_entries | map({key, value: [($is[.key] - $true[.key]) / (if .value > 0 then .value
		else 1 end), $is[.key] / $true[.key]]}) | from_entries' full.json sample.json >>errors
done
jq -s --argjson true "$(jq .totals full.json)" '
	def row($key): map(.[$key]) | {
		figure: $key, true: $true[$key], trials: length,
		within_two: (map(select(.[0] | fabs <= 2)) | length),
		mean_of_estimates_over_true: (map(.[1]) | add / length * 1000 | round / 1000),
		worst_in_errors: (map(.[0] | fabs) | max * 100 | round / 100) };
	[row("allocations", "bytes", "live_blocks", "live_bytes", "peak_blocks", "peak_bytes")]' errors |
	jq -c '.[]'
jq -se 'length as $n | all(("allocations", "bytes", "live_bytes", "peak_bytes") as $key |
	(map(select(.[$key][0] | fabs <= 2)) | length) * 100 >= 92 * $n; .)' errors >/dev/null
