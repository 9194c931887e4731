#!/bin/bash
# A sample of what a running process allocates; then all of it; then a sample again: what a thread has
# drawn for one recording counts for no other.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
build leaky
start ./leaky

# Record "keep 20000" and "pair 20000", and take the report.
record() { # OPTION...
	rm -f t.outlive
	"$OUTLIVE" attach -q -o t.outlive "$@" "$pid" 2>attached &
	attach=$!
	for ((i = 0; i < 200; i++)); do
		is_listed && break
		sleep 0.05
	done
	"$OUTLIVE" ps | grep -w "$pid" >listed
	sleep 0.1
	: >output
	tell "keep 20000"
	tell "pair 20000"
	for ((i = 0; i < 400; i++)); do
		[ "$(grep -c ok output)" = 2 ] && break
		sleep 0.05
	done
	"$OUTLIVE" detach "$pid" 2>detached || complain "detach: status $?: $(cat detached)"
	wait "$attach" || complain "attach: status $?: $(cat attached)"
	"$OUTLIVE" report -f json t.outlive >t.json || complain "report: status $?"
}

# 20,000 blocks of 100 bytes were kept, and as many of 200 freed.
estimated() {
	jq -e '.sample.bytes == 8192 and .process.lost.events == 0 and
		(.totals.allocations - 40000 | fabs) < 6 * .sample.standard_error.allocations and
		(.totals.bytes - 6000000 | fabs) < 6 * .sample.standard_error.bytes and
		.sample.standard_error.bytes < 1000000 and
		(.totals.live_bytes - 2000000 | fabs) < 6 * .sample.standard_error.live_bytes and
		.totals.frees + .totals.live_blocks == .totals.allocations' t.json >/dev/null ||
		complain "$1: $(jq -c '[.sample, .totals]' t.json)"
	grep -q '8.00* KiB' listed || complain "ps does not say that it is a sample: $(cat listed)"
}

record --sample 8K
estimated "the first sample"
record
jq -e '(has("sample") | not) and .totals.allocations == 40000 and .totals.frees == 20000' t.json \
	>/dev/null || complain "all: $(jq -c '[.sample, .totals]' t.json)"
grep -qw all listed || complain "ps does not say that all is recorded: $(cat listed)"
record --sample 8K --flight
estimated "the second sample"
finish leaky
