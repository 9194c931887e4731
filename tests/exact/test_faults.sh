#!/bin/bash
# Programs that die die as they would: by the same signal, with the same output, with or
# without a core. What the report says of it: the stack overflows are those, and the others
# are none; and in which function it was.
set -u
root=$OUTLIVE_ROOT_DIR here=$root/tests/exact
# shellcheck disable=SC2034 # lib/recorded.sh uses them
library=$OUTLIVE_LIBRARY outlive=$OUTLIVE
. "$here/lib/recorded.sh"
bad=0
fail() { echo "$way: $*"; bad=1; }

gcc -g -O1 -fno-builtin -D_GNU_SOURCE -pthread -w -o faults "$here/lib/faults.c" || exit 1

died() { # STATUS-FILE COMMAND...: in a shell of its own, whose word on it is not ours
	local status=$1
	shift
	("$@"; echo $? >"$status") 2>"$status.shell"
}

bare() { timeout 60 ./faults "$way" >bare.out 2>bare.err; }
# What the shell says of a death is not the program's.
with() {
	recorded ./faults "$way" >with.out 2>with.all
	local status=$?
	grep -v '/recorded.sh: line ' with.all >with.err
	return $status
}

# WAY KIND FUNCTION: KIND is overflow, fault or none.
expect() {
	way=$1
	died bare.status bare
	died with.status with
	cmp -s bare.status with.status || fail "status $(cat bare.status) became $(cat with.status)"
	cmp -s bare.out with.out || fail "another output"
	cmp -s bare.err with.err || fail "another output to stderr: $(head -n 3 with.err)"
	rm -f report
	for ring in rings/*.ring; do
		"$outlive" report --stacks "$ring" >>report 2>&1 || fail "the ring does not read"
	done
	case $2 in
	overflow)
		grep -q "^stack overflow in thread .*$3" report || fail "no stack overflow of $3" ;;
	fault)
		grep -q "^stack overflow" report && fail "a stack overflow"
		tr '\n' ' ' <report | grep -q "killed by SIG.* in $3" || fail "not killed in $3" ;;
	handled)
		grep -q "^SIGSEGV in $3.*accessing address 0x" report || fail "no SIGSEGV in $3"
		grep -q "^ *the program's own handler took it, and ended the process" report ||
			fail "not handled" ;;
	none)
		grep -qE "^stack overflow|killed by|^SIG" report && fail "a fault" ;;
	esac
	[ $bad = 0 ] || head -n 12 report
	echo "$way: status $(cat with.status)"
}

ulimit -c 0
expect main overflow descend
expect main-allocates overflow descend_and_allocate
expect main-huge overflow make_huge_frame
expect main-limit overflow descend
expect thread overflow descend
expect thread-allocates overflow descend_and_allocate
expect thread-small overflow descend
expect thread-huge overflow make_huge_frame
expect thread-alloca overflow make_frame_at_run_time
expect child overflow descend
expect null fault access_null
expect null-thread fault access_null
expect null-tiny fault access_null
expect code fault write_code
expect nowhere fault 'no function'
expect guard fault hit_foreign_guard
expect heap fault ''
expect bus fault read_past_file
expect no-address fault access_no_address
expect raise fault ''
expect kill fault ''
expect abort none
expect ignored none
# Handlers of the program's own: on a signal stack, for one call, that let themselves be
# interrupted; that no signal stack is for; and for one that the program forgot.
for how in stack once open; do
	for what in abort exit leave default raise; do
		expect handler-$how-$what-deep overflow descend
		expect handler-$how-$what-deeper overflow descend_and_allocate
	done
	for what in abort exit leave; do
		expect handler-$how-$what-null handled access_null
	done
	for what in default raise; do
		expect handler-$how-$what-null fault access_null
	done
	expect handler-$how-elsewhere-deep none
done
for how in plain none; do
	for what in abort raise; do
		expect handler-$how-$what-deep overflow descend
	done
	expect handler-$how-abort-null handled access_null
	expect handler-$how-raise-null fault access_null
done
# What handlers live through; and who lived through the fault, or is but the child of who did
# not, is not reported to have died of it.
expect interrupted handled access_null
expect elsewhere none
expect vfork none
expect goes-on none
expect much handled access_null
expect stumbles handled access_null
expect stumbles-plain handled access_null
expect stumbles-raise fault access_null
expect forks fault access_null
[ "$(grep -c 'SIGSEGV' report)" = 1 ] || fail "the child has died, too: $(grep SIGSEGV report)"
# Nothing is reported of an address that there was not; and the limit is the stack's, however far
# beyond it went.
says() { # WAY EXPR: of the last ring that says what it died of
	way=$1
	with 2>/dev/null
	"$outlive" report -f json rings/*.ring >report
	jq -e "$2" report >/dev/null || fail "$2: $(jq -c .faults report)"
}
says null '.faults[0].cause == "access"'
says raise '.faults[0].cause == "sent"'
says kill '.faults[0].cause == "sent"'
says no-address '.faults[0].cause == "no_address" and .faults[0].address == 0'
says null-tiny '.faults[0].cause == "access"'
says handler-stack-abort-deep '.faults[0] | .handled and .cause == "stack_overflow" and
	.signal_name == "SIGSEGV" and .frames > 1000 and .depth > 8000000'
says handler-stack-raise-deep '.faults[0] | (.handled | not) and .cause == "stack_overflow"'
says handler-plain-abort-deep '.faults[0] | (.handled | not) and .cause == "stack_overflow"'
says thread-huge '.faults[0].cause == "stack_overflow" and .faults[0].limit > 8000000 and
	.faults[0].limit <= 8388608 and .faults[0].depth > 16777216'
# The outermost frame of a call that went astray is there all the same.
way=nowhere
with 2>/dev/null
"$outlive" report --stacks rings/*.ring | grep -q 'way_run' || fail "no caller"
exit $bad
