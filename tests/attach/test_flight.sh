#!/bin/bash
# Attach as a flight recorder whose window holds only the last instants: what is alive of all that was
# born since recording began is known by call path, in a snapshot and at the end; blocks from before
# are not in it. A second recording begins with nothing.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
build older -fno-builtin
start ./older

# Wait until COUNT lines are in ./output.
lines() { # COUNT
	for ((i = 0; i < 1000; i++)); do
		[ "$(wc -l <output)" -ge "$1" ] && return
		sleep 0.05
	done
	complain "the program did not answer"
}

begin() {
	rm -f t.outlive
	"$OUTLIVE" attach -q --flight --ring 1M -o t.outlive "$pid" 2>attached &
	attach=$!
	for ((i = 0; i < 200; i++)); do
		is_listed && break
		sleep 0.05
	done
	sleep 0.1
}

# The leak of so many rounds is known, within five standard errors; so is the cache of 4 MiB.
known() { # TRACE ROUNDS WHAT
	"$OUTLIVE" report -f json --top 0 "$1" >t.json || complain "report: status $?"
	jq -e --argjson rounds "$2" 'def of($name): [.alive.paths[] |
			select(.frames[.first].function == $name)] | {bytes: (map(.live_bytes) | add),
			before: (map(.before_bytes) | add),
			error: (map(.standard_error.live_bytes * .standard_error.live_bytes) | add | sqrt)};
		of("leak_one") as $leak | of("cache_one") as $cache | .alive.overwritten and
		($leak.bytes - $rounds * 4096 | fabs) < 5 * $leak.error and
		$leak.error < $leak.bytes / 4 and $leak.before > $leak.bytes / 2 and
		($cache.bytes - 4194304 | fabs) < 5 * $cache.error' t.json >/dev/null ||
		complain "$3: $(jq -c '.alive | del(.paths[3:]) | del(.paths[].frames[1:])' t.json)"
}

tell "1000 10" # not recorded
lines 1
begin
tell "20000 60"
lines 2
"$OUTLIVE" snapshot -q -o copy.outlive "$pid" 2>said || complain "snapshot: $(cat said)"
known copy.outlive 20000 snapshot
tell "5000 60"
lines 3
"$OUTLIVE" detach "$pid" 2>detached || complain "detach: status $?: $(cat detached)"
wait "$attach" || complain "attach: status $?: $(cat attached)"
known t.outlive 25000 end
tell "1000 10"
lines 4
begin
tell "20000 60"
lines 5
"$OUTLIVE" detach "$pid" 2>detached || complain "detach: status $?: $(cat detached)"
wait "$attach" || complain "attach: status $?: $(cat attached)"
known t.outlive 20000 again
finish "the program"
