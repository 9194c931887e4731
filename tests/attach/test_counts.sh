#!/bin/bash
# What is recorded of a process whose blocks are known: counts, frees of older blocks, blocks that
# are alive when it is let go, which are no leaks; and again, with a second recording.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
build leaky
start ./leaky

for round in 1 2; do
	rm -f t.outlive
	"$OUTLIVE" attach -q -o t.outlive "$pid" 2>attached &
	attach=$!
	for ((i = 0; i < 200; i++)); do
		is_listed && break
		sleep 0.05
	done
	sleep 0.1
	: >output
	tell "keep 10"
	tell "free 7"
	tell "pair 1000"
	for ((i = 0; i < 200; i++)); do
		[ "$(grep -c ok output)" = 3 ] && break
		sleep 0.05
	done
	"$OUTLIVE" attach --for 1s "$pid" 2>again
	[ $? = 3 ] && grep -q 'is recorded already' again || complain "attached twice: $(cat again)"
	"$OUTLIVE" detach "$pid" 2>detached || complain "detach: status $?: $(cat detached)"
	wait "$attach" || complain "attach: status $?: $(cat attached)"
	"$OUTLIVE" report -f json t.outlive >t.json || complain "report: status $?"
	jq -e '.process.attached and .process.detached and .process.age_ns > 0 and
		.totals.allocations == 1010 and .totals.frees == 1007 and .totals.unknown_frees == 7 and
		.process.lost.events == 0' t.json >/dev/null ||
		complain "round $round: $(jq -c '[.process.attached, .totals]' t.json)"
	jq -e '.classes.live.blocks == 0 and .classes.unknown.blocks == 10 and
		.classes.stack_like.blocks == 1000' t.json >/dev/null ||
		complain "round $round: $(jq -c .classes t.json)"
	"$OUTLIVE" report t.outlive >t.text
	grep -q 'attached  *recording began when the process had run for' t.text ||
		complain "the report does not say when"
	! grep -qE 'leak candidate|leaks' t.text || complain "the report speaks of leaks"
done
"$OUTLIVE" detach "$pid" 2>detached && complain "detached twice"
! is_listed || complain "ps still has it"
finish leaky
